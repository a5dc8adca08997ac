// See float_digits.h. Built on std::to_chars: exact, and blind to the host's locale.
#include "ops/float_digits.h"

#include <charconv>
#include <cstdlib>

namespace portfire::ops {
namespace {

std::string scientific(double value, int precision) {
  std::string buffer(static_cast<std::size_t>(precision) + 16, '\0');
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific, precision);
  (void)error;  // the buffer holds digits, sign, point and exponent
  buffer.resize(static_cast<std::size_t>(end - buffer.data()));
  return buffer;
}

std::string fixed(double value, int precision) {
  std::string buffer(static_cast<std::size_t>(precision) + 320, '\0');
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, precision);
  (void)error;  // 309 digits before the point at most
  buffer.resize(static_cast<std::size_t>(end - buffer.data()));
  return buffer;
}

int exponent_of(const std::string& scientific_text) {
  return std::atoi(scientific_text.c_str() + scientific_text.find('e') + 1);
}

void strip_trailing_zeros(std::string& mantissa) {
  if (mantissa.find('.') == std::string::npos) return;
  mantissa.erase(mantissa.find_last_not_of('0') + 1);
  if (mantissa.back() == '.') mantissa.pop_back();
}

// "12" and "3.5e+10" with a point after the whole part if there is none.
void ensure_point(std::string& text) {
  if (text.find('.') != std::string::npos) return;
  const std::size_t e = text.find('e');
  text.insert(e == std::string::npos ? text.size() : e, ".");
}

std::string general(double value, const FloatStyle& style) {
  const int precision = style.precision == 0 ? 1 : style.precision;
  std::string text = scientific(value, precision - 1);
  const int exponent = exponent_of(text);
  const bool use_exponent = exponent < -4 || exponent >= precision - (style.add_dot_zero ? 1 : 0);
  if (!use_exponent) {
    text = fixed(value, precision - 1 - exponent);
    if (!style.alternate) strip_trailing_zeros(text);
    return text;
  }
  std::string mantissa = text.substr(0, text.find('e'));
  if (!style.alternate) strip_trailing_zeros(mantissa);
  return mantissa + text.substr(text.find('e'));
}

// Python's repr, without the ".0".
std::string shortest(double value) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  (void)error;  // 17 digits and an exponent
  const std::string text(buffer, end);
  const int exponent = exponent_of(text);
  if (exponent < -4 || exponent >= 16) return text;
  const std::string mantissa = text.substr(0, text.find('e'));
  const int fraction_digits = mantissa.size() > 2 ? static_cast<int>(mantissa.size()) - 2 : 0;
  return fixed(value, fraction_digits > exponent ? fraction_digits - exponent : 0);
}

}  // namespace

std::string float_digits(double value, const FloatStyle& style) {
  std::string text;
  switch (style.notation) {
    case 'e':
      text = scientific(value, style.precision);
      break;
    case 'f':
      text = fixed(value, style.precision);
      break;
    case 'g':
      text = general(value, style);
      break;
    default:
      text = shortest(value);
  }
  if (style.alternate) ensure_point(text);
  if (style.add_dot_zero && text.find_first_of("e.") == std::string::npos) text += ".0";
  if (style.add_dot_zero && text.back() == '.') text += "0";
  return text;
}

}  // namespace portfire::ops
