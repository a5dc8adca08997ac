// Numbers as text and back, by Python's rules: int("..."), float("..."), and the digits that formatting starts from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portfire::ops {

inline std::uint64_t magnitude(std::int64_t v) {
  return v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
}

std::string digits_in_base(std::uint64_t value, unsigned base);

// As int(text) and float(text): blanks around, a sign, single underscores between digits. ValueError otherwise.
std::int64_t parse_int(const std::string& text);
double parse_float(const std::string& text);

}  // namespace portfire::ops
