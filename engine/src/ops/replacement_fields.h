// Format strings with values filled in: "{:>8}" (replacement_fields.cpp) and "%8s" (percent_conversions.cpp).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "portfire/value.h"

namespace portfire::ops {

std::string fill_replacement_fields(std::string_view format, std::span<const Value> arguments);
std::string fill_percent_conversions(std::string_view format, std::span<const Value> arguments);

// Python's ascii(): repr() with everything beyond ASCII escaped.
std::string ascii_repr(const Value& value);

}  // namespace portfire::ops
