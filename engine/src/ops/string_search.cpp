// Searching in strings. Positions are code points; the search itself runs on UTF-8 bytes, where a match cannot start
// inside a character.
//
// TorchScript's schemas give `end` the default -1. It stands for the end of the string here, as in TorchScript; every
// other negative `end` counts from the end, as in Python.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"
#include "ops/sequence.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;
using Subject = const StringBox&;

// The part of a string that is searched, in bytes, and how many code points lie before it.
struct Window {
  std::string_view text;
  std::int64_t start;
  bool is_ascii;
};

// Empty optional where Python finds nothing, not even "": a start behind the end.
std::optional<Window> window(const StringBox& s, std::int64_t start, std::int64_t end) {
  const std::string_view text = s.text;
  if (start == 0 && end == -1) return Window{text, 0, s.is_ascii()};
  const std::size_t n = s.is_ascii() ? text.size() : count_code_points(text);
  const std::int64_t last = end == -1 ? static_cast<std::int64_t>(n) : clamped_bound(end, n);
  const std::int64_t first = start < 0 ? clamped_bound(start, n) : start;
  if (first > last) return std::nullopt;
  const auto offset = [&](std::int64_t index) {
    return s.is_ascii() ? static_cast<std::size_t>(index) : byte_offset(text, static_cast<std::size_t>(index));
  };
  const std::size_t from = offset(first);
  return Window{text.substr(from, offset(last) - from), first, s.is_ascii()};
}

std::int64_t position(const Window& w, std::size_t byte) {
  if (byte == std::string_view::npos) return -1;
  return w.start + static_cast<std::int64_t>(w.is_ascii ? byte : count_code_points(w.text.substr(0, byte)));
}

std::int64_t find(Subject text, Str part, std::int64_t start, std::int64_t end) {
  const auto w = window(text, start, end);
  return w ? position(*w, w->text.find(part)) : -1;
}

std::int64_t find_last(Subject text, Str part, std::int64_t start, std::int64_t end) {
  const auto w = window(text, start, end);
  return w ? position(*w, w->text.rfind(part)) : -1;
}

std::int64_t found(std::int64_t position) {
  if (position < 0) raise_value_error("substring not found");
  return position;
}

std::int64_t count(Subject text, Str part, std::int64_t start, std::int64_t end) {
  const auto w = window(text, start, end);
  if (!w) return 0;
  if (part.empty()) return static_cast<std::int64_t>(count_code_points(w->text)) + 1;
  std::int64_t n = 0;
  for (std::size_t at = w->text.find(part); at != std::string_view::npos; at = w->text.find(part, at + part.size()))
    ++n;
  return n;
}

bool starts_with(Subject text, Str part, std::int64_t start, std::int64_t end) {
  const auto w = window(text, start, end);
  return w && w->text.starts_with(part);
}

bool ends_with(Subject text, Str part, std::int64_t start, std::int64_t end) {
  const auto w = window(text, start, end);
  return w && w->text.ends_with(part);
}

using Int = std::int64_t;

constexpr OpEntry kOps[] = {
    {"aten::find(str self, str substr, int start=0, int end=-1) -> int", op<find>},
    {"aten::rfind(str self, str substr, int start=0, int end=-1) -> int", op<find_last>},
    {"aten::index.str(str self, str substr, int start=0, int end=-1) -> int",
     op<[](Subject text, Str part, Int start, Int end) { return found(find(text, part, start, end)); }>},
    {"aten::rindex(str self, str substr, int start=0, int end=-1) -> int",
     op<[](Subject text, Str part, Int start, Int end) { return found(find_last(text, part, start, end)); }>},
    {"aten::count(str self, str substr, int start=0, int end=-1) -> int", op<count>},
    {"aten::startswith(str self, str substr, int start=0, int end=-1) -> bool", op<starts_with>},
    {"aten::endswith(str self, str substr, int start=0, int end=-1) -> bool", op<ends_with>},
};

}  // namespace

std::span<const OpEntry> string_search_ops() { return kOps; }

}  // namespace portfire::ops
