// Text as code points: UTF-8 in and out, and the properties of characters that Python's str methods ask for.
//
// The tables (unicode_tables.cpp) are generated from Python's own database, so that isalpha(), upper() and the like
// agree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace portfire::ops {

// The code point at byte `at`, which is moved behind it. A stray byte stands for itself: nothing is lost or rejected.
char32_t next_long_code_point(std::string_view text, std::size_t& at);
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead < 0x80 ? text[at++], static_cast<char32_t>(lead) : next_long_code_point(text, at);
}
void append_utf8(std::string& text, char32_t c);
std::size_t count_code_points(std::string_view text);
bool is_ascii(std::string_view text);
std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);
// The byte where code point number `index` starts (at most the size of the text).
std::size_t byte_offset(std::string_view text, std::size_t index);

bool is_wide_space(char32_t c);
inline bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  return is_wide_space(c);
}
bool is_line_break(char32_t c);
bool is_alpha(char32_t c);
bool is_decimal(char32_t c);
bool is_digit(char32_t c);
bool is_numeric(char32_t c);
bool is_lower(char32_t c);
bool is_upper(char32_t c);
bool is_title(char32_t c);
bool is_cased(char32_t c);
bool is_case_ignorable(char32_t c);
bool is_printable(char32_t c);
bool is_identifier_start(char32_t c);
bool is_identifier_part(char32_t c);

// The value of a decimal digit of any script, or -1.
int decimal_value(char32_t c);

// Full mappings: one character may become up to three ("ß" -> "SS").
void append_lower(std::u32string& out, char32_t c);
void append_upper(std::u32string& out, char32_t c);
void append_title(std::u32string& out, char32_t c);

}  // namespace portfire::ops
