// See format_spec.h. The order of checks is CPython's, so that the first complaint is the same.
#include "ops/format_spec.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/float_digits.h"
#include "ops/number_text.h"
#include "ops/python_names.h"
#include "ops/raise.h"
#include "ops/repetition.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

bool is_one_of(char32_t c, std::string_view ascii) {
  return c != 0 && c < 0x80 && ascii.find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_align(char32_t c) { return is_one_of(c, "<>^="); }

// Decimal digits at `at`; -1 if there are none.
std::int64_t take_number(const std::u32string& text, std::size_t& at) {
  std::int64_t n = -1;
  for (int digit; at < text.size() && (digit = decimal_value(text[at])) >= 0; ++at) {
    if (__builtin_mul_overflow(n < 0 ? 0 : n, 10, &n) || __builtin_add_overflow(n, digit, &n)) {
      raise_value_error("Too many decimal digits in format string");
    }
  }
  return n;
}

// The character at `at`, consumed, if it is one of `wanted`; else 0.
char take_one_of(const std::u32string& text, std::size_t& at, std::string_view wanted) {
  if (at == text.size() || !is_one_of(text[at], wanted)) return 0;
  return static_cast<char>(text[at++]);
}

char take_grouping(const std::u32string& text, std::size_t& at) {
  const char first = take_one_of(text, at, ",_");
  const char second = first ? take_one_of(text, at, ",_") : '\0';
  if (second == 0) return first;
  if (first == second) raise_value_error(std::string("Cannot specify '") + first + "' with '" + second + "'.");
  raise_value_error("Cannot specify both ',' and '_'.");
}

void check_grouping(const FormatSpec& spec) {
  if (spec.grouping == 0 || spec.type == 0) return;
  if (is_one_of(spec.type, "deEfFgG%") || (spec.grouping == '_' && is_one_of(spec.type, "boxX"))) return;
  std::string name;
  append_utf8(name, spec.type);
  raise_value_error(std::string("Cannot specify '") + spec.grouping + "' with '" + name + "'.");
}

[[noreturn]] void raise_unknown_code(char32_t type, const char* type_name) {
  std::string code;
  append_utf8(code, type);
  raise_value_error("Unknown format code '" + code + "' for object of type '" + type_name + "'");
}

// Separators between groups of digits, counted from the right; zeros in front until the whole is `min_width` wide.
std::string grouped(const std::string& digits, char separator, std::size_t group, std::size_t min_width) {
  if (digits.empty()) return digits;
  std::string reversed;
  std::size_t count = 0;
  const auto put = [&](char digit) {
    if (separator && count && count % group == 0) reversed.push_back(separator);
    reversed.push_back(digit);
    ++count;
  };
  for (std::size_t i = digits.size(); i-- > 0;) put(digits[i]);
  while (reversed.size() < min_width) put('0');
  return {reversed.rbegin(), reversed.rend()};
}

// `head` stays at the left of '=' padding (sign and prefix); `length` is in characters.
std::string padded(const std::string& head, const std::string& body, std::int64_t length, const FormatSpec& spec,
                   char default_align) {
  const std::int64_t missing = spec.width - length;
  if (missing <= 0) return head + body;
  std::string fill;
  append_utf8(fill, spec.fill ? spec.fill : U' ');
  switch (spec.align ? spec.align : default_align) {
    case '<':
      return head + body + repeated(fill, missing);
    case '>':
      return repeated(fill, missing) + head + body;
    case '^':
      return repeated(fill, missing / 2) + head + body + repeated(fill, missing - missing / 2);
    default:
      return head + repeated(fill, missing) + body;
  }
}

std::string sign_text(bool negative, char wanted) {
  if (negative) return "-";
  return wanted == '+' ? "+" : wanted == ' ' ? " " : "";
}

std::string format_character(std::int64_t value, const FormatSpec& spec) {
  if (spec.sign) raise_value_error("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) raise_value_error("Alternate form (#) not allowed with integer format specifier 'c'");
  if (value < 0 || value > 0x10FFFF) raise("OverflowError", "%c arg not in range(0x110000)");
  std::string body;
  append_utf8(body, static_cast<char32_t>(value));
  return padded("", body, 1, spec, '>');
}

std::string upper_ascii(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

bool is_float_type(char32_t type) { return is_one_of(type, "eEfFgG%"); }

int checked_precision(std::int64_t precision) {
  if (precision > std::numeric_limits<int>::max() - 1024) raise_value_error("precision too big");
  return static_cast<int>(precision);
}

// Python's float types as a notation: "" is repr, or 'g' with a ".0" where a precision is given.
FloatStyle float_style(const FormatSpec& spec) {
  const bool has_precision = spec.precision >= 0;
  const int precision = has_precision ? checked_precision(spec.precision) : 6;
  switch (spec.type) {
    case 0:
      return {has_precision ? 'g' : 'r', precision, spec.alternate, true};
    case 'e':
    case 'E':
      return {'e', precision, spec.alternate};
    case 'f':
    case 'F':
    case '%':
      return {'f', precision, spec.alternate};
    default:
      return {'g', precision, spec.alternate};
  }
}

// Rounds to zero as written: then "-0.0" with the option z loses its sign.
bool is_zero_text(const std::string& text) {
  return text.substr(0, text.find('e')).find_first_of("123456789") == std::string::npos;
}

}  // namespace

FormatSpec parse_format_spec(std::string_view utf8, const Value& value) {
  const std::u32string text = decode_utf8(utf8);
  FormatSpec spec;
  std::size_t at = 0;
  if (text.size() >= 2 && is_align(text[1])) {
    spec.fill = text[0];
    spec.align = static_cast<char>(text[1]);
    at = 2;
  } else {
    spec.align = take_one_of(text, at, "<>=^");
  }
  spec.sign = take_one_of(text, at, " +-");
  spec.no_negative_zero = take_one_of(text, at, "z") != 0;
  spec.alternate = take_one_of(text, at, "#") != 0;
  if (spec.fill == 0 && take_one_of(text, at, "0")) {
    spec.fill = '0';
    if (spec.align == 0 && !value.is_string()) spec.align = '=';
  }
  spec.width = take_number(text, at);
  spec.grouping = take_grouping(text, at);
  if (take_one_of(text, at, ".")) {
    spec.precision = take_number(text, at);
    if (spec.precision < 0) raise_value_error("Format specifier missing precision");
  }
  if (text.size() - at > 1) {
    raise_value_error("Invalid format specifier");
  }
  if (at < text.size()) {
    spec.type = text[at];
  } else if (value.is_string()) {
    spec.type = 's';
  }
  check_grouping(spec);
  return spec;
}

std::string padded_number(const NumberText& n, const FormatSpec& spec, std::size_t group) {
  const std::size_t around = n.sign.size() + n.prefix.size() + n.rest.size();
  const bool zero_fill = spec.fill == '0' && spec.align == '=';
  const auto width = static_cast<std::size_t>(spec.width < 0 ? 0 : spec.width);
  const std::string digits = grouped(n.digits, spec.grouping, group, zero_fill && width > around ? width - around : 0);
  const std::string head = n.sign + n.prefix, body = digits + n.rest;
  return padded(head, body, static_cast<std::int64_t>(head.size() + body.size()), spec, '>');
}

NumberText number_text(std::int64_t value, char32_t type, const FormatSpec& spec) {
  const char* prefix = type == 'b' ? "0b" : type == 'o' ? "0o" : type == 'x' ? "0x" : type == 'X' ? "0X" : "";
  const unsigned base = type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
  std::string digits = digits_in_base(magnitude(value), base);
  if (type == 'X') digits = upper_ascii(digits);
  return {sign_text(value < 0, spec.sign), spec.alternate ? prefix : "", digits, ""};
}

std::string format_int(std::int64_t value, const FormatSpec& spec, const char* type_name) {
  if (is_float_type(spec.type)) return format_float(static_cast<double>(value), spec, type_name);
  const bool decimal = spec.type == 0 || is_one_of(spec.type, "dn");
  if (!decimal && !is_one_of(spec.type, "boxXc")) raise_unknown_code(spec.type, type_name);
  if (spec.precision >= 0) raise_value_error("Precision not allowed in integer format specifier");
  if (spec.no_negative_zero) {
    raise_value_error("Negative zero coercion (z) not allowed in integer format specifier");
  }
  if (spec.type == 'c') return format_character(value, spec);
  return padded_number(number_text(value, spec.type, spec), spec, decimal ? 3 : 4);
}

namespace {

std::string format_in_style(double value, const FormatSpec& spec, const FloatStyle& style) {
  const double magnitude = std::abs(spec.type == '%' ? value * 100.0 : value);
  std::string text = std::isnan(magnitude) ? "nan" : std::isinf(magnitude) ? "inf" : float_digits(magnitude, style);
  bool negative = std::signbit(value) && !std::isnan(value);
  if (spec.no_negative_zero && is_zero_text(text) && std::isfinite(value)) negative = false;
  if (spec.type == 'E' || spec.type == 'F' || spec.type == 'G') text = upper_ascii(text);
  if (spec.type == '%') text += "%";
  const std::size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
  return padded_number({sign_text(negative, spec.sign), "", text.substr(0, whole), text.substr(whole)}, spec, 3);
}

}  // namespace

std::string format_float(double value, const FormatSpec& spec, const char* type_name) {
  if (spec.type != 0 && spec.type != 'n' && !is_float_type(spec.type)) raise_unknown_code(spec.type, type_name);
  return format_in_style(value, spec, float_style(spec));
}

std::string format_string(std::string_view value, const FormatSpec& spec) {
  if (spec.type != 0 && spec.type != 's') raise_unknown_code(spec.type, "str");
  if (spec.sign == ' ') raise_value_error("Space not allowed in string format specifier");
  if (spec.sign) raise_value_error("Sign not allowed in string format specifier");
  if (spec.no_negative_zero) raise_value_error("Negative zero coercion (z) not allowed in string format specifier");
  if (spec.alternate) raise_value_error("Alternate form (#) not allowed in string format specifier");
  if (spec.align == '=') raise_value_error("'=' alignment not allowed in string format specifier");
  if (spec.grouping) raise_value_error(std::string("Cannot specify '") + spec.grouping + "' with 's'.");
  if (spec.precision >= 0) value = value.substr(0, byte_offset(value, static_cast<std::size_t>(spec.precision)));
  return padded("", std::string(value), static_cast<std::int64_t>(count_code_points(value)), spec, '<');
}

std::string format_complex(std::complex<double> value, const FormatSpec& spec) {
  if (spec.fill == '0') raise_value_error("Zero padding is not allowed in complex format specifier");
  if (spec.align == '=') raise_value_error("'=' alignment flag is not allowed in complex format specifier");
  // Without a type it looks as str() does: in parentheses, and without a real part that is zero.
  const bool is_plain = spec.type == 0;
  if (!is_plain && (spec.type == '%' || (spec.type != 'n' && !is_float_type(spec.type)))) {
    raise_unknown_code(spec.type, "complex");
  }
  FormatSpec part = spec;
  part.width = -1;
  part.align = 0;
  FloatStyle style = float_style(spec);
  if (is_plain) style.add_dot_zero = false;
  const bool has_real = !is_plain || value.real() != 0.0 || std::signbit(value.real());
  std::string shown;
  if (has_real) {
    shown = format_in_style(value.real(), part, style);
    part.sign = '+';
  }
  shown += format_in_style(value.imag(), part, style) + "j";
  if (is_plain && has_real) shown = "(" + shown + ")";
  return padded("", shown, static_cast<std::int64_t>(shown.size()), spec, '>');
}

std::string format_value(const Value& value, std::string_view text) {
  if (text.empty()) return value_str(value);
  switch (value.tag()) {
    case Tag::kInt:
      return format_int(value.to_int(), parse_format_spec(text, value));
    case Tag::kBool:
      return format_int(value.to_bool(), parse_format_spec(text, value), "bool");
    case Tag::kDouble:
      return format_float(value.to_double(), parse_format_spec(text, value));
    case Tag::kComplex:
      return format_complex(value.to_complex(), parse_format_spec(text, value));
    case Tag::kString:
      return format_string(value.to_string(), parse_format_spec(text, value));
    default:
      raise_type_error("unsupported format string passed to " + python_type_name(value) + ".__format__");
  }
}

}  // namespace portfire::ops
