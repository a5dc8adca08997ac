// See unicode.h: UTF-8, and look-ups in the generated tables.
#include "ops/unicode.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "ops/unicode_tables.h"

namespace portfire::ops {
namespace {

// How many bytes follow a lead byte; -1 for one that leads nothing.
int continuation_count(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead < 0xE0) return 1;
  if (lead >= 0xE0 && lead < 0xF0) return 2;
  return lead >= 0xF0 && lead < 0xF5 ? 3 : -1;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// ASCII needs no table.
bool is_ascii_lower(char32_t c) { return c >= 'a' && c <= 'z'; }
bool is_ascii_upper(char32_t c) { return c >= 'A' && c <= 'Z'; }

template <typename Run>
const Run* find_run(const Run* runs, std::size_t size, char32_t c) {
  const Run* after = std::upper_bound(runs, runs + size, c, [](char32_t x, const Run& run) { return x < run.first; });
  if (after == runs) return nullptr;
  const Run& run = after[-1];
  const std::uint32_t distance = static_cast<std::uint32_t>(c) - run.first;
  return distance / run.stride < run.count && distance % run.stride == 0 ? &run : nullptr;
}

bool contains(const CodePointRun* runs, std::size_t size, char32_t c) { return find_run(runs, size, c) != nullptr; }

void append_mapped(std::u32string& out, char32_t c, const CaseRun* runs, std::size_t size, const LongCase* longs,
                   std::size_t long_size) {
  if (const CaseRun* run = find_run(runs, size, c)) {
    out.push_back(static_cast<char32_t>(static_cast<std::int64_t>(c) + run->distance));
    return;
  }
  const LongCase* found =
      std::lower_bound(longs, longs + long_size, c, [](const LongCase& l, char32_t x) { return l.from < x; });
  if (found == longs + long_size || found->from != c) {
    out.push_back(c);
    return;
  }
  for (const std::uint32_t to : found->to) {
    if (to != 0) out.push_back(to);
  }
}

}  // namespace

char32_t next_long_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const int more = continuation_count(lead);
  if (more <= 0 || at + static_cast<std::size_t>(more) >= text.size()) return static_cast<unsigned char>(text[at++]);
  char32_t c = lead & (0x3FU >> more);
  for (int i = 1; i <= more; ++i) {
    if (!is_continuation(text[at + static_cast<std::size_t>(i)])) return static_cast<unsigned char>(text[at++]);
    c = c << 6U | (static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]) & 0x3FU);
  }
  at += static_cast<std::size_t>(more) + 1;
  return c;
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | c >> 6U), put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | c >> 12U), put(0x80U | (c >> 6U & 0x3FU)), put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | c >> 18U), put(0x80U | (c >> 12U & 0x3FU)), put(0x80U | (c >> 6U & 0x3FU)), put(0x80U | (c & 0x3FU));
  }
}

bool is_ascii(std::string_view text) {
  // Eight bytes at a time: every index into a string asks this first.
  std::size_t at = 0;
  std::uint64_t high = 0;
  for (; at + sizeof high <= text.size(); at += sizeof high) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    high |= word;
  }
  for (; at < text.size(); ++at) high |= static_cast<unsigned char>(text[at]);
  return (high & 0x8080808080808080U) == 0;
}

std::size_t count_code_points(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size(); ++n) next_code_point(text, at);
  return n;
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) decoded.push_back(next_code_point(text, at));
  return decoded;
}

std::string encode_utf8(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char32_t c : text) append_utf8(encoded, c);
  return encoded;
}

std::size_t byte_offset(std::string_view text, std::size_t index) {
  if (is_ascii(text)) return std::min(index, text.size());
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) next_code_point(text, at);
  return at;
}

bool is_wide_space(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_line_break(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_alpha(char32_t c) {
  if (c < 0x80) return is_ascii_lower(c) || is_ascii_upper(c);
  return contains(kAlpha, kAlphaSize, c);
}
bool is_decimal(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return contains(kDecimal, kDecimalSize, c);
}
bool is_digit(char32_t c) {
  return is_decimal(c) || (c >= 0x80 && contains(kDigitNotDecimal, kDigitNotDecimalSize, c));
}
bool is_numeric(char32_t c) {
  return is_digit(c) || (c >= 0x80 && contains(kNumericNotDigit, kNumericNotDigitSize, c));
}
bool is_lower(char32_t c) { return c < 0x80 ? is_ascii_lower(c) : contains(kLower, kLowerSize, c); }
bool is_upper(char32_t c) { return c < 0x80 ? is_ascii_upper(c) : contains(kUpper, kUpperSize, c); }
bool is_title(char32_t c) {
  return c == 0x1C5 || c == 0x1C8 || c == 0x1CB || c == 0x1F2 || (c >= 0x1F88 && c <= 0x1F8F) ||
         (c >= 0x1F98 && c <= 0x1F9F) || (c >= 0x1FA8 && c <= 0x1FAF) || c == 0x1FBC || c == 0x1FCC || c == 0x1FFC;
}
bool is_cased(char32_t c) { return is_lower(c) || is_upper(c) || is_title(c); }
bool is_case_ignorable(char32_t c) { return contains(kCaseIgnorable, kCaseIgnorableSize, c); }
bool is_printable(char32_t c) { return !contains(kUnprintable, kUnprintableSize, c); }
bool is_identifier_start(char32_t c) {
  if (is_alpha(c)) return !contains(kAlphaNotIdentifierStart, kAlphaNotIdentifierStartSize, c);
  return contains(kIdentifierStartNotAlpha, kIdentifierStartNotAlphaSize, c);
}
bool is_identifier_part(char32_t c) {
  return is_identifier_start(c) || contains(kIdentifierPartNotStart, kIdentifierPartNotStartSize, c);
}

// The decimal digits of a script lie in tens, zero first.
int decimal_value(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  const CodePointRun* run = find_run(kDecimal, kDecimalSize, c);
  return run ? static_cast<int>((static_cast<std::uint32_t>(c) - run->first) % 10) : -1;
}

void append_lower(std::u32string& out, char32_t c) {
  if (c < 0x80) return out.push_back(is_ascii_upper(c) ? c + ('a' - 'A') : c);
  append_mapped(out, c, kToLower, kToLowerSize, kToLowerLong, kToLowerLongSize);
}
void append_upper(std::u32string& out, char32_t c) {
  if (c < 0x80) return out.push_back(is_ascii_lower(c) ? c - ('a' - 'A') : c);
  append_mapped(out, c, kToUpper, kToUpperSize, kToUpperLong, kToUpperLongSize);
}
void append_title(std::u32string& out, char32_t c) {
  append_mapped(out, c, kToTitle, kToTitleSize, kToTitleLong, kToTitleLongSize);
}

}  // namespace portfire::ops
