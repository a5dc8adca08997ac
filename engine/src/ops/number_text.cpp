// See number_text.h.
#include "ops/number_text.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "ops/raise.h"
#include "ops/unicode.h"
#include "portfire/value.h"

namespace portfire::ops {
namespace {

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

// Blanks stripped, and every decimal digit of any script as an ASCII one.
std::string plain_number(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const int digit = decimal_value(c);
    if (digit >= 0) {
      plain.push_back(static_cast<char>('0' + digit));
    } else if (is_space(c)) {
      plain.push_back(' ');
    } else {
      append_utf8(plain, c);
    }
  }
  const std::size_t first = plain.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return plain.substr(first, plain.find_last_not_of(' ') - first + 1);
}

// Removes underscores between two digits; false if one stands elsewhere.
bool drop_underscores(std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) || !is_ascii_digit(text[i + 1])) return false;
  }
  std::erase(text, '_');
  return true;
}

bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// digits [. digits] [e [sign] digits], with a digit before the exponent: from_chars alone would also take a prefix.
bool is_float_literal(std::string_view s) {
  std::size_t i = 0, digits = 0;
  const auto skip_digits = [&] {
    const std::size_t from = i;
    while (i < s.size() && is_ascii_digit(s[i])) ++i;
    return i - from;
  };
  digits += skip_digits();
  if (i < s.size() && s[i] == '.') ++i, digits += skip_digits();
  if (digits == 0) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == s.size();
}

// The value of a literal that from_chars found out of range: zero or infinity, by where its first digit stands.
double out_of_range_value(std::string_view literal) {
  const std::size_t e = literal.find_first_of("eE");
  const bool negative_exponent = e != std::string_view::npos && e + 1 < literal.size() && literal[e + 1] == '-';
  const std::size_t point = std::min(literal.find('.'), std::min(e, literal.size()));
  const bool large_mantissa = literal.substr(0, point).find_first_of("123456789") != std::string_view::npos;
  const bool tiny = e != std::string_view::npos ? negative_exponent : !large_mantissa;
  return tiny ? 0.0 : std::numeric_limits<double>::infinity();
}

}  // namespace

std::string digits_in_base(std::uint64_t value, unsigned base) {
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, static_cast<int>(base));
  (void)error;  // 64 characters hold 64 bits in any base
  return {buffer, end};
}

std::int64_t parse_int(const std::string& text) {
  std::string plain = plain_number(text);
  std::string_view digits = plain;
  const bool negative = take_sign(digits);
  std::string bare(digits);
  if (bare.empty() || !drop_underscores(bare) || !std::all_of(bare.begin(), bare.end(), is_ascii_digit)) {
    const std::string repr = value_repr(Value(text));
    raise_value_error("invalid literal for int() with base 10: " + repr.substr(0, byte_offset(repr, 200)));
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(bare.data(), bare.data() + bare.size(), value);
  (void)end;
  const std::uint64_t limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
  if (error != std::errc() || value > limit) raise_int_overflow();
  return static_cast<std::int64_t>(negative ? ~value + 1 : value);
}

double parse_float(const std::string& text) {
  std::string plain = plain_number(text);
  const bool well_placed = drop_underscores(plain);
  std::string_view literal = plain;
  const bool negative = take_sign(literal);
  const double sign = negative ? -1.0 : 1.0;
  const std::string word = lower_ascii(literal);
  if (word == "inf" || word == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (!well_placed || !is_float_literal(literal)) {
    raise_value_error("could not convert string to float: " + value_repr(Value(text)));
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  (void)end;
  if (error == std::errc::result_out_of_range) value = out_of_range_value(literal);
  return sign * value;
}

}  // namespace portfire::ops
