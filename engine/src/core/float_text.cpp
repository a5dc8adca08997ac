#include "core/float_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace portfire {
namespace {

struct Decimal {
  std::string digits;  // without a point
  int exponent;        // of the first digit
};

Decimal shortest(double positive) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, positive, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const std::size_t e = text.find('e');
  Decimal d{text.substr(0, 1), std::atoi(text.c_str() + e + 1)};
  if (e > 2) d.digits += text.substr(2, e - 2);
  return d;
}

std::string scientific(const Decimal& d) {
  std::string out = d.digits.substr(0, 1);
  if (d.digits.size() > 1) out += "." + d.digits.substr(1);
  const std::string magnitude = std::to_string(std::abs(d.exponent));
  return out + (d.exponent < 0 ? "e-" : "e+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
}

std::string positional(const Decimal& d) {
  if (d.exponent < 0) return "0." + std::string(static_cast<std::size_t>(-d.exponent - 1), '0') + d.digits;
  const auto whole = static_cast<std::size_t>(d.exponent) + 1;
  if (d.digits.size() <= whole) return d.digits + std::string(whole - d.digits.size(), '0') + ".0";
  return d.digits.substr(0, whole) + "." + d.digits.substr(whole);
}

}  // namespace

std::string float_text(double d) {
  if (std::isnan(d)) return "nan";
  const std::string sign = std::signbit(d) ? "-" : "";
  if (std::isinf(d)) return sign + "inf";
  if (d == 0.0) return sign + "0.0";
  const Decimal decimal = shortest(std::fabs(d));
  const bool use_exponent = decimal.exponent < -4 || decimal.exponent >= 16;
  return sign + (use_exponent ? scientific(decimal) : positional(decimal));
}

}  // namespace portfire
