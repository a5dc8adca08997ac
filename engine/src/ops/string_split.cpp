// Taking strings apart and putting them together: split, partition, join, replace, strip, padding.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"
#include "ops/repetition.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;
using Text = std::string_view;

Value strings(std::vector<Value> items) { return Value::list(Type::leaf(TypeKind::kStr), std::move(items)); }

void check_separator(Text separator) {
  if (separator.empty()) raise_value_error("empty separator");
}

// The first byte at or after `at` whose character is (or is not) a blank.
std::size_t skip_while(Text text, std::size_t at, bool blank) {
  while (at < text.size()) {
    std::size_t next = at;
    if (is_space(next_code_point(text, next)) != blank) break;
    at = next;
  }
  return at;
}

Text strip_right(Text text, bool (*is_member)(char32_t, const std::u32string&), const std::u32string& set) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
    std::size_t at = last;
    if (!is_member(next_code_point(text, at), set)) break;
    text = text.substr(0, last);
  }
  return text;
}

Text strip_left(Text text, bool (*is_member)(char32_t, const std::u32string&), const std::u32string& set) {
  while (!text.empty()) {
    std::size_t at = 0;
    if (!is_member(next_code_point(text, at), set)) break;
    text.remove_prefix(at);
  }
  return text;
}

bool is_blank(char32_t c, const std::u32string&) { return is_space(c); }
bool is_in_set(char32_t c, const std::u32string& set) { return set.find(c) != std::u32string::npos; }

// The default that TorchScript's schemas write for "all blanks"; it lacks some of Python's, which strip() means too.
constexpr Text kBlanks = " \n\t\f\v";

template <bool left, bool right>
std::string strip(Str text, Str chars) {
  const auto is_member = chars == kBlanks ? is_blank : is_in_set;
  const std::u32string set = is_member == is_blank ? std::u32string() : decode_utf8(chars);
  Text rest = text;
  if (left) rest = strip_left(rest, is_member, set);
  if (right) rest = strip_right(rest, is_member, set);
  return std::string(rest);
}

Value split_at_blanks(Text text, std::int64_t max) {
  std::vector<Value> items;
  for (std::size_t at = skip_while(text, 0, true); at < text.size(); at = skip_while(text, at, true)) {
    if (max-- == 0) {
      items.emplace_back(text.substr(at));  // with its trailing blanks
      break;
    }
    const std::size_t end = skip_while(text, at, false);
    items.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return strings(std::move(items));
}

Value split_at(Text text, Text separator, std::int64_t max) {
  check_separator(separator);
  std::vector<Value> items;
  for (std::size_t end; max != 0 && (end = text.find(separator)) != Text::npos; --max) {
    items.emplace_back(text.substr(0, end));
    text.remove_prefix(end + separator.size());
  }
  items.emplace_back(text);
  return strings(std::move(items));
}

Value split(Str text, const Value& separator, std::int64_t max) {
  return separator.is_none() ? split_at_blanks(text, max) : split_at(text, separator.to_string(), max);
}

Value split_from_right(Str whole, Str separator, std::int64_t max) {
  check_separator(separator);
  std::vector<Value> items;
  Text text = whole;
  for (std::size_t at; max != 0 && (at = text.rfind(separator)) != Text::npos; --max) {
    items.emplace_back(text.substr(at + separator.size()));
    text = text.substr(0, at);
  }
  items.emplace_back(text);
  return strings(std::vector<Value>(items.rbegin(), items.rend()));
}

Value split_lines(Str text, bool keep_ends) {
  std::vector<Value> lines;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at;
    const char32_t c = next_code_point(text, at);
    if (!is_line_break(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.emplace_back(Text(text).substr(start, (keep_ends ? at : end) - start));
    start = at;
  }
  if (start < text.size()) lines.emplace_back(Text(text).substr(start));
  return strings(std::move(lines));
}

using Parts = std::tuple<std::string, std::string, std::string>;

Parts partition(Str text, Str separator) {
  check_separator(separator);
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return {text, "", ""};
  return {text.substr(0, at), separator, text.substr(at + separator.size())};
}

Parts partition_from_right(Str text, Str separator) {
  check_separator(separator);
  const std::size_t at = text.rfind(separator);
  if (at == std::string::npos) return {"", "", text};
  return {text.substr(0, at), separator, text.substr(at + separator.size())};
}

std::string join(Str separator, ListBox& parts) {
  std::size_t size = parts.items.empty() ? 0 : (parts.items.size() - 1) * separator.size();
  for (const Value& part : parts.items) size += part.to_string().size();
  std::string joined;
  joined.reserve(size);
  for (std::size_t i = 0; i < parts.items.size(); ++i) {
    if (i) joined += separator;
    joined += parts.items[i].to_string();
  }
  return joined;
}

// "abc".replace("", "-") is "-a-b-c-".
std::string interleave(Str text, Str filling, std::int64_t max) {
  std::string result;
  for (std::size_t at = 0;;) {
    if (max-- == 0) return result + text.substr(at);
    result += filling;
    if (at >= text.size()) return result;
    const std::size_t from = at;
    next_code_point(text, at);
    result.append(text, from, at - from);
  }
}

std::string replace(Str text, Str old, Str replacement, std::int64_t max) {
  if (old.empty()) return interleave(text, replacement, max);
  std::string result;
  std::size_t from = 0;
  for (std::size_t at; max != 0 && (at = text.find(old, from)) != std::string::npos; --max) {
    result.append(text, from, at - from) += replacement;
    from = at + old.size();
  }
  return result.append(text, from);
}

std::int64_t missing_width(Str text, std::int64_t width) {
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  return width > length ? width - length : 0;
}

std::string pad(Str text, std::int64_t left, std::int64_t right, Str filling) {
  if (count_code_points(filling) != 1) raise_type_error("The fill character must be exactly one character long");
  return repeated(filling, left) + text + repeated(filling, right);
}

std::string center(Str text, std::int64_t width, Str filling) {
  const std::int64_t missing = missing_width(text, width);
  const std::int64_t left = missing / 2 + (missing & width & 1);  // Python's choice of the longer side
  return pad(text, left, missing - left, filling);
}

std::string fill_with_zeros(Str text, std::int64_t width) {
  const bool is_signed = text.starts_with('+') || text.starts_with('-');
  return text.substr(0, is_signed) + repeated("0", missing_width(text, width)) + text.substr(is_signed);
}

std::string expand_tabs(Str text, std::int64_t tab_size) {
  std::string result;
  std::int64_t column = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = next_code_point(text, at);
    if (c == '\t') {
      const std::int64_t blanks = tab_size > 0 ? tab_size - column % tab_size : 0;
      result += repeated(" ", blanks);
      column += blanks;
    } else {
      result.append(text, from, at - from);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
  }
  return result;
}

constexpr OpEntry kOps[] = {
    {"aten::split.str(str self, str? separator=None, int max=-1) -> str[]", op<split>},
    {"aten::rsplit(str self, str separator=\" \", int max=-1) -> str[]", op<split_from_right>},
    {"aten::splitlines(str self, bool keepends=False) -> str[]", op<split_lines>},
    {"aten::partition(str self, str separator) -> (str, str, str)", op<partition>},
    {"aten::rpartition(str self, str separator) -> (str, str, str)", op<partition_from_right>},
    {"aten::join(str self, str[] values) -> str", op<join>},
    {"aten::replace(str self, str old, str new, int max=-1) -> str", op<replace>},
    {"aten::strip(str self, str chars=\" \\n\\t\\f\\v\") -> str", op<strip<true, true>>},
    {"aten::lstrip(str self, str chars=\" \\n\\t\\f\\v\") -> str", op<strip<true, false>>},
    {"aten::rstrip(str self, str chars=\" \\n\\t\\f\\v\") -> str", op<strip<false, true>>},
    {"aten::center(str self, int width, str fillchar=\" \") -> str", op<center>},
    {"aten::ljust(str self, int width, str fillchar=\" \") -> str",
     op<[](Str text, std::int64_t width, Str fill) { return pad(text, 0, missing_width(text, width), fill); }>},
    {"aten::rjust(str self, int width, str fillchar=\" \") -> str",
     op<[](Str text, std::int64_t width, Str fill) { return pad(text, missing_width(text, width), 0, fill); }>},
    {"aten::zfill(str self, int width) -> str", op<fill_with_zeros>},
    {"aten::expandtabs(str self, int tabsize=8) -> str", op<expand_tabs>},
};

}  // namespace

std::span<const OpEntry> string_split_ops() { return kOps; }

}  // namespace portfire::ops
