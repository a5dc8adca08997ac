// torch.device: made from text, asked for its type and index.
#include <algorithm>
#include <limits>

#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;

[[noreturn]] void raise_invalid_device(Str text) { raise("RuntimeError", "Invalid device string: '" + text + "'"); }

bool is_device_type(std::string_view type) {
  return !type.empty() &&
         std::all_of(type.begin(), type.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

// "cpu", "cuda:1"
Device parse_device(Str text) {
  const std::size_t colon = text.find(':');
  const std::string type = text.substr(0, colon);
  if (!is_device_type(type)) raise_invalid_device(text);
  if (colon == std::string::npos) return {type, -1};
  const std::string digits = text.substr(colon + 1);
  const bool is_number =
      !digits.empty() && digits.size() <= 4 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || (digits.size() > 1 && digits[0] == '0')) raise_invalid_device(text);
  return {type, static_cast<std::int16_t>(std::stoi(digits))};
}

Device device_with_index(Str type, std::int64_t index) {
  if (!is_device_type(type)) raise_invalid_device(type);
  if (index < 0 || index > std::numeric_limits<std::int16_t>::max()) {
    raise("RuntimeError", "Device index must be between 0 and 32767, got " + std::to_string(index));
  }
  return {type, static_cast<std::int16_t>(index)};
}

Value device_index(const Device& device) { return device.index < 0 ? Value() : Value(std::int64_t{device.index}); }

constexpr OpEntry kOps[] = {
    {"aten::device(str a) -> Device", op<parse_device>},
    {"aten::device.with_index(str type, int index) -> Device", op<device_with_index>},
    {"prim::type(Device self) -> str", op<[](const Device& device) { return device.type; }>},
    {"prim::index(Device self) -> int?", op<device_index>},
};

}  // namespace

std::span<const OpEntry> device_ops() { return kOps; }

}  // namespace portfire::ops
