// Upper, lower and title case, by Unicode's full mappings and with the final sigma, as Python's.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;
using Points = std::u32string;

constexpr char32_t kCapitalSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2;

// Whether the sigma at `at` ends a word: a cased letter before it and none after, looking past apostrophes and the
// like.
bool is_final_sigma(const Points& text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append_lower_at(Points& out, const Points& text, std::size_t at) {
  if (text[at] != kCapitalSigma) return append_lower(out, text[at]);
  out.push_back(is_final_sigma(text, at) ? kFinalSigma : kSmallSigma);
}

// Every byte of an ASCII text through `map`.
template <typename F>
std::string mapped_ascii(Str text, F map) {
  std::string out(text);
  for (char& c : out) c = map(c);
  return out;
}
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Applies `map(out, text, position)` to every character.
template <typename F>
std::string mapped(Str text, F map) {
  const Points points = decode_utf8(text);
  Points out;
  out.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) map(out, points, i);
  return encode_utf8(out);
}

std::string lower(const StringBox& s) {
  return s.is_ascii() ? mapped_ascii(s.text, ascii_lower) : mapped(s.text, append_lower_at);
}

std::string upper(const StringBox& s) {
  if (s.is_ascii()) return mapped_ascii(s.text, ascii_upper);
  return mapped(s.text, [](Points& out, const Points& points, std::size_t i) { append_upper(out, points[i]); });
}

std::string capitalize(Str text) {
  return mapped(text, [](Points& out, const Points& points, std::size_t i) {
    i == 0 ? append_title(out, points[i]) : append_lower_at(out, points, i);
  });
}

std::string title(const StringBox& s) {
  bool inside_word = false;
  if (s.is_ascii()) {
    return mapped_ascii(s.text, [&](char c) {
      const char changed = inside_word ? ascii_lower(c) : ascii_upper(c);
      inside_word = is_cased(static_cast<char32_t>(c));
      return changed;
    });
  }
  return mapped(s.text, [&](Points& out, const Points& points, std::size_t i) {
    inside_word ? append_lower_at(out, points, i) : append_title(out, points[i]);
    inside_word = is_cased(points[i]);
  });
}

std::string swap_case(Str text) {
  return mapped(text, [](Points& out, const Points& points, std::size_t i) {
    if (is_upper(points[i])) {
      append_lower_at(out, points, i);
    } else if (is_lower(points[i])) {
      append_upper(out, points[i]);
    } else {
      out.push_back(points[i]);
    }
  });
}

// At least one letter of the case, and none of another.
template <bool (*is_wanted)(char32_t)>
bool is_all(Str text) {
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_wanted(c)) {
      any = true;
    } else if (is_cased(c)) {
      return false;
    }
  }
  return any;
}

bool is_title_cased(Str text) {
  bool any = false, inside_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool opens = is_upper(c) || is_title(c), continues = is_lower(c);
    if ((opens && inside_word) || (continues && !inside_word)) return false;
    inside_word = opens || continues;
    any = any || inside_word;
  }
  return any;
}

constexpr OpEntry kOps[] = {
    {"aten::lower(str self) -> str", op<lower>},
    {"aten::upper(str self) -> str", op<upper>},
    {"aten::title(str self) -> str", op<title>},
    {"aten::capitalize(str self) -> str", op<capitalize>},
    {"aten::swapcase(str self) -> str", op<swap_case>},
    {"aten::islower(str self) -> bool", op<is_all<is_lower>>},
    {"aten::isupper(str self) -> bool", op<is_all<is_upper>>},
    {"aten::istitle(str self) -> bool", op<is_title_cased>},
};

}  // namespace

std::span<const OpEntry> string_case_ops() { return kOps; }

}  // namespace portfire::ops
