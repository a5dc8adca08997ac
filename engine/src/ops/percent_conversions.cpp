// `format % values`: "%[flags][width][.precision]type", one value each; `*` takes a width or precision from the values.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ops/arithmetic.h"
#include "ops/float_digits.h"
#include "ops/format_spec.h"
#include "ops/python_names.h"
#include "ops/raise.h"
#include "ops/replacement_fields.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

class Arguments {
 public:
  explicit Arguments(std::span<const Value> values) : values_(values) {}
  void check_some_left() const {
    if (used_ == values_.size()) raise_type_error("not enough arguments for format string");
  }
  const Value& next() {
    check_some_left();
    return values_[used_++];
  }
  void check_all_used() const {
    if (used_ < values_.size()) raise_type_error("not all arguments converted during string formatting");
  }

 private:
  std::span<const Value> values_;
  std::size_t used_ = 0;
};

struct Conversion {
  bool left = false, zero = false;
  FormatSpec spec;
  char32_t type = 0;
};

bool is_digit_char(char c) { return c >= '0' && c <= '9'; }

// A number, or `*`: then the next value.
std::int64_t take_size(std::string_view format, std::size_t& at, Arguments& arguments) {
  if (at < format.size() && format[at] == '*') {
    ++at;
    const Value& size = arguments.next();
    if (!size.is_int()) raise_type_error("* wants int");
    return size.to_int();
  }
  std::int64_t n = 0;
  for (; at < format.size() && is_digit_char(format[at]); ++at) {
    n = n * 10 + (format[at] - '0');
    if (n > 0x7FFFFFFF) raise_value_error("width too big");
  }
  return n;
}

Conversion parse_conversion(std::string_view format, std::size_t& at, Arguments& arguments) {
  Conversion c;
  for (; at < format.size() && std::string_view("-+ #0").find(format[at]) != std::string_view::npos; ++at) {
    switch (format[at]) {
      case '-':
        c.left = true;
        break;
      case '+':
        c.spec.sign = '+';
        break;
      case ' ':
        c.spec.sign = c.spec.sign ? c.spec.sign : ' ';
        break;
      case '#':
        c.spec.alternate = true;
        break;
      default:
        c.zero = true;
    }
  }
  c.spec.width = take_size(format, at, arguments);
  if (c.spec.width < 0) {
    c.left = true;
    c.spec.width = neg(c.spec.width);
  }
  if (at < format.size() && format[at] == '.') {
    ++at;
    c.spec.precision = std::max<std::int64_t>(0, take_size(format, at, arguments));
  }
  while (at < format.size() && (format[at] == 'l' || format[at] == 'h' || format[at] == 'L')) ++at;
  if (at >= format.size()) raise_value_error("incomplete format");
  c.type = next_code_point(format, at);
  return c;
}

// Right unless '-': and the flag 0 pads numbers behind their sign.
void align(Conversion& c, bool number) {
  c.spec.align = c.left ? '<' : number && c.zero ? '=' : '>';
  if (c.spec.align == '=') c.spec.fill = '0';
}

std::string text_conversion(Conversion c, const std::string& text) {
  align(c, false);
  c.spec.sign = 0;
  c.spec.alternate = false;
  return format_string(text, c.spec);
}

// The digits of a float that no int holds are still exact.
NumberText integer_text(const Conversion& c, const Value& v) {
  const char type = c.type == 'i' || c.type == 'u' ? 'd' : static_cast<char>(c.type);
  if (v.is_int() || v.is_bool()) return number_text(read_integer(v), static_cast<char32_t>(type), c.spec);
  if (type != 'd' || !v.is_double()) {
    raise_type_error(std::string("%") + static_cast<char>(c.type) + " format: " +
                     (type == 'd' ? "a real number" : "an integer") + " is required, not " + python_type_name(v));
  }
  const double whole = std::trunc(v.to_double());
  if (!(std::abs(whole) >= 0x1p63) || std::isinf(whole)) return number_text(integer_of(whole), U'd', c.spec);
  NumberText text = number_text(whole < 0 ? -1 : 1, U'd', c.spec);
  text.digits = float_digits(std::abs(whole), {'f', 0});
  return text;
}

// A precision means at least that many digits here, which format() does not know.
std::string integer_conversion(Conversion c, const Value& v) {
  NumberText text = integer_text(c, v);
  const auto digits = static_cast<std::int64_t>(text.digits.size());
  if (c.spec.precision > digits) text.digits.insert(0, static_cast<std::size_t>(c.spec.precision - digits), '0');
  align(c, true);
  return padded_number(text, c.spec, 3);
}

std::string float_conversion(Conversion c, const Value& v) {
  if (!v.is_double() && !v.is_int() && !v.is_bool()) {
    raise_type_error("must be real number, not " + python_type_name(v));
  }
  align(c, true);
  c.spec.type = c.type;
  return format_float(read_double(v), c.spec);
}

std::string character_conversion(Conversion c, const Value& v) {
  c.spec.precision = -1;
  if (v.is_string()) {
    if (count_code_points(v.to_string()) != 1) raise_type_error("%c requires int or char");
    return text_conversion(c, v.to_string());
  }
  if (!v.is_int() && !v.is_bool()) raise_type_error("%c requires int or char");
  const std::int64_t code = read_integer(v);
  if (code < 0 || code > 0x10FFFF) raise("OverflowError", "%c arg not in range(0x110000)");
  std::string text;
  append_utf8(text, static_cast<char32_t>(code));
  return text_conversion(c, text);
}

std::string convert(const Conversion& c, std::size_t position, Arguments& arguments) {
  switch (c.type) {
    case 's':
      return text_conversion(c, value_str(arguments.next()));
    case 'r':
      return text_conversion(c, value_repr(arguments.next()));
    case 'a':
      return text_conversion(c, ascii_repr(arguments.next()));
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return integer_conversion(c, arguments.next());
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return float_conversion(c, arguments.next());
    case 'c':
      return character_conversion(c, arguments.next());
    default:
      break;
  }
  arguments.check_some_left();  // Python's complaint about that comes first
  std::string code;
  append_utf8(code, c.type);
  char hex[16];
  std::snprintf(hex, sizeof hex, "0x%x", static_cast<unsigned>(c.type));
  raise_value_error("unsupported format character '" + code + "' (" + hex + ") at index " + std::to_string(position));
}

}  // namespace

std::string fill_percent_conversions(std::string_view format, std::span<const Value> values) {
  Arguments arguments(values);
  std::string result;
  for (std::size_t at = 0; at < format.size();) {
    const char literal = format[at++];
    const bool escaped = literal == '%' && at < format.size() && format[at] == '%';
    if (literal != '%' || escaped) {
      result += literal;
      at += escaped;
      continue;
    }
    const Conversion c = parse_conversion(format, at, arguments);
    result += convert(c, count_code_points(format.substr(0, at)) - 1, arguments);
  }
  arguments.check_all_used();
  return result;
}

}  // namespace portfire::ops
