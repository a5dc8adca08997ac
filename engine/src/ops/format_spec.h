// Python's format specification mini-language: `format(value, spec)`, which str.format(), f-strings and `%` all end in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "portfire/value.h"

namespace portfire::ops {

// [[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][type]; 0 where a character is absent.
struct FormatSpec {
  char32_t fill = 0;
  char align = 0;  // < > ^ =
  char sign = 0;   // + - blank
  bool no_negative_zero = false;
  bool alternate = false;
  std::int64_t width = -1;
  char grouping = 0;  // , _
  std::int64_t precision = -1;
  char32_t type = 0;
};

// A number taken apart, before grouping and padding: sign, prefix ("0x"), whole digits, and what follows them.
struct NumberText {
  std::string sign;
  std::string prefix;
  std::string digits;
  std::string rest;
};

// An int in the base of its type (b, o, x, X; else decimal).
NumberText number_text(std::int64_t value, char32_t type, const FormatSpec& spec);
// Put together again: separators between groups of `group` digits, filled up to the width.
std::string padded_number(const NumberText& number, const FormatSpec& spec, std::size_t group);

FormatSpec parse_format_spec(std::string_view text, const Value& value);

std::string format_int(std::int64_t value, const FormatSpec& spec, const char* type_name = "int");
std::string format_float(double value, const FormatSpec& spec, const char* type_name = "float");
std::string format_string(std::string_view value, const FormatSpec& spec);

// Python's format(value, spec) for any value.
std::string format_value(const Value& value, std::string_view spec);

}  // namespace portfire::ops
