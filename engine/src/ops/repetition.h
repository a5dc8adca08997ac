// Repetition, as `"ab" * n` and padding need it: a MemoryError before, not after, the memory is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/raise.h"

namespace portfire::ops {

// How many bytes or items one value may be made of by repetition: more than machines have, less than overflows
// anywhere.
inline constexpr std::uint64_t kLongestRepetition = std::uint64_t{1} << 40;

// The length of `size` things `times` times; none if `times` is negative.
inline std::size_t repeated_length(std::size_t size, std::int64_t times) {
  if (size == 0 || times <= 0) return 0;
  if (static_cast<std::uint64_t>(times) > kLongestRepetition / size) raise("MemoryError", "");
  return size * static_cast<std::size_t>(times);
}

inline std::string repeated(std::string_view text, std::int64_t times) {
  std::string result;
  const std::size_t length = repeated_length(text.size(), times);
  result.reserve(length);
  while (result.size() < length) result += text;
  return result;
}

}  // namespace portfire::ops
