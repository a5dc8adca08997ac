// Strings as sequences of code points: length, items, slices, concatenation, identity of kind (isalpha() and
// relatives). Searching is in string_search.cpp, taking apart and joining in string_split.cpp, case in string_case.cpp.
#include <algorithm>

#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"
#include "ops/sequence.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;

std::size_t size_in_characters(const StringBox& s) { return s.is_ascii() ? s.text.size() : count_code_points(s.text); }

// Where character number `index` lies, in bytes.
std::string_view character_at(const StringBox& s, std::size_t index) {
  if (s.is_ascii()) return std::string_view(s.text).substr(index, 1);
  const std::size_t from = byte_offset(s.text, index);
  std::size_t end = from;
  next_code_point(s.text, end);
  return std::string_view(s.text).substr(from, end - from);
}

Value get_item(const StringBox& s, std::int64_t index) {
  return character_at(s, checked_index(index, size_in_characters(s), "string index out of range"));
}

Value slice(const StringBox& s, std::optional<std::int64_t> start, std::optional<std::int64_t> end, std::int64_t step) {
  const std::string_view text = s.text;
  const SliceRange range = slice_range(start, end, step, size_in_characters(s));
  if (step == 1) {
    const auto first = static_cast<std::size_t>(range.start);
    if (s.is_ascii()) return text.substr(std::min(first, text.size()), range.length);
    const std::size_t from = byte_offset(text, first);
    return text.substr(from, byte_offset(text.substr(from), range.length));
  }
  const auto pick = [&](const auto& from, auto result) {
    result.reserve(range.length);
    for (std::size_t i = 0; i < range.length; ++i) result.push_back(from[range.at(i)]);
    return result;
  };
  if (s.is_ascii()) return pick(text, std::string());
  return encode_utf8(pick(decode_utf8(text), std::u32string()));
}

Value concatenate(Str a, Str b) {
  std::string joined;
  joined.reserve(a.size() + b.size());
  return joined.append(a).append(b);
}

Value characters(Str text) {
  std::vector<Value> items;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    next_code_point(text, at);
    items.emplace_back(std::string_view(text).substr(from, at - from));
  }
  return Value::list(Type::leaf(TypeKind::kStr), std::move(items));
}

// Not empty, and every character has the property.
template <bool (*has_property)(char32_t)>
bool all_are(Str text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!has_property(next_code_point(text, at))) return false;
  }
  return !text.empty();
}

bool is_alphanumeric(char32_t c) { return is_alpha(c) || is_numeric(c); }

bool is_all_printable(Str text) { return text.empty() || all_are<is_printable>(text); }

bool is_identifier(Str text) {
  std::size_t at = 0;
  if (text.empty() || !is_identifier_start(next_code_point(text, at))) return false;
  return at == text.size() || all_are<is_identifier_part>(text.substr(at));
}

std::int64_t length(const StringBox& s) { return static_cast<std::int64_t>(size_in_characters(s)); }

constexpr OpEntry kOps[] = {
    {"aten::len.str(str s) -> int", op<length>},
    {"aten::__getitem__.str(str s, int index) -> str", op<get_item>},
    {"prim::StringIndex(str string, int index) -> str", op<get_item>},
    {"aten::slice.str(str string, int? start=None, int? end=None, int step=1) -> str", op<slice>},
    {"aten::add.str(str a, str b) -> str", op<concatenate>},
    {"aten::list(str t) -> str[]", op<characters>},
    {"aten::isalpha(str self) -> bool", op<all_are<is_alpha>>},
    {"aten::isalnum(str self) -> bool", op<all_are<is_alphanumeric>>},
    {"aten::isdecimal(str self) -> bool", op<all_are<is_decimal>>},
    {"aten::isdigit(str self) -> bool", op<all_are<is_digit>>},
    {"aten::isnumeric(str self) -> bool", op<all_are<is_numeric>>},
    {"aten::isspace(str self) -> bool", op<all_are<is_space>>},
    {"aten::isprintable(str self) -> bool", op<is_all_printable>},
    {"aten::isidentifier(str self) -> bool", op<is_identifier>},
};

}  // namespace

std::span<const OpEntry> string_ops() { return kOps; }

}  // namespace portfire::ops
