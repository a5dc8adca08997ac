// Python's rules of indices and slices, for lists and strings alike.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "ops/raise.h"

namespace portfire::ops {

// An index that may count from the end, as a position; IndexError with `message` if there is none.
inline std::size_t checked_index(std::int64_t index, std::size_t size, const char* message) {
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (static_cast<std::uint64_t>(index) >= size) [[unlikely]]
    raise_index_error(message);
  return static_cast<std::size_t>(index);
}

// A bound of a slice, counted from the end if negative and clamped to 0..size.
inline std::int64_t clamped_bound(std::int64_t bound, std::size_t size) {
  const auto n = static_cast<std::int64_t>(size);
  return bound < 0 ? std::max<std::int64_t>(bound + n, 0) : std::min(bound, n);
}

struct SliceRange {
  std::int64_t start;
  std::int64_t step;
  std::size_t length;
  std::size_t at(std::size_t i) const { return static_cast<std::size_t>(start + static_cast<std::int64_t>(i) * step); }
};

inline SliceRange slice_range(std::optional<std::int64_t> start, std::optional<std::int64_t> end, std::int64_t step,
                              std::size_t size) {
  if (step == 0) raise_value_error("slice step cannot be zero");
  const auto n = static_cast<std::int64_t>(size);
  if (step > 0) {
    const std::int64_t lo = clamped_bound(start.value_or(0), size), hi = clamped_bound(end.value_or(n), size);
    return {lo, step, lo < hi ? static_cast<std::size_t>((hi - lo - 1) / step + 1) : 0};
  }
  // Downwards the bounds lie between -1 (before the first) and n - 1.
  const auto bound = [n](std::int64_t b) { return b < 0 ? std::max<std::int64_t>(b + n, -1) : std::min(b, n - 1); };
  const std::int64_t hi = start ? bound(*start) : n - 1, lo = end ? bound(*end) : -1;
  return {hi, step, lo < hi ? static_cast<std::size_t>(-((hi - lo - 1) / step)) + 1 : 0};
}

}  // namespace portfire::ops
