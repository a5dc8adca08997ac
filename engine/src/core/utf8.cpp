#include "core/utf8.h"

#include <cstdint>

namespace portfire {
namespace {

// Length of the sequence that a lead byte opens; 0 if it cannot.
int sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool is_allowed(std::uint32_t point, int length) {
  if (length == 3) return point >= 0x800 && (point < 0xd800 || point > 0xdfff);
  if (length == 4) return point >= 0x10000 && point <= 0x10ffff;
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = sequence_length(lead);
    if (length == 0 || text.size() - i < static_cast<std::size_t>(length)) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
    for (int k = 1; k < length; ++k) {
      const auto c = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      if ((c & 0xc0U) != 0x80) return false;
      point = point << 6U | (c & 0x3fU);
    }
    if (!is_allowed(point, length)) return false;
    i += static_cast<std::size_t>(length);
  }
  return true;
}

}  // namespace portfire
