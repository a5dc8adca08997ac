#include "archive/byte_reader.h"

#include <limits>

namespace portfire {

void ByteReader::fail(const std::string& reason) const {
  throw Error(ErrorCode::kInvalidProgram,
              "invalid program: " + what_ + ": " + reason + " (at byte " + std::to_string(at_) + ")");
}

std::uint64_t ByteReader::fixed(std::size_t n) {
  need(n);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < n; ++i) value |= static_cast<std::uint64_t>(bytes_[at_ + i]) << (8 * i);
  at_ += n;
  return value;
}

std::uint64_t ByteReader::var() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t bits = byte & 0x7fU;
    if (shift == 63 && bits > 1) fail("a number has more than 64 bits");
    value |= bits << shift;
    if ((byte & 0x80U) == 0) return value;
    if (shift == 63) fail("a number has more than 64 bits");
  }
}

std::uint32_t ByteReader::index() {
  const std::uint64_t value = var();
  if (value > std::numeric_limits<std::uint32_t>::max()) fail("an index has more than 32 bits");
  return static_cast<std::uint32_t>(value);
}

std::size_t ByteReader::count(std::size_t item_bytes) {
  const std::uint64_t n = var();
  if (n > left() / item_bytes) fail("a list of " + std::to_string(n) + " items is longer than the section");
  return static_cast<std::size_t>(n);
}

std::span<const std::byte> ByteReader::bytes(std::size_t length) {
  need(length);
  const auto part = bytes_.subspan(at_, length);
  at_ += length;
  return part;
}

std::string_view ByteReader::text(std::size_t length) {
  const auto part = bytes(length);
  return {reinterpret_cast<const char*>(part.data()), part.size()};
}

std::vector<std::uint32_t> ByteReader::index_list() {
  return list<std::uint32_t>([](ByteReader& r) { return r.index(); });
}

}  // namespace portfire
