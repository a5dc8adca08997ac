// The innermost loop of matrix products: a tile of the result in registers.
//
// Included by one source file per instruction set, each compiled for its own processor; everything here has internal
// linkage, so that no code for a newer processor can be picked by the linker for an older one.
#pragma once

#include <cstdint>

namespace portfire::kernels {
namespace {

// c[kRows][kVectors * lanes] += a * b over k steps. `a` holds kRows values per step, `b` kVectors vectors.
template <typename T, int kBytes, int kRows, int kVectors>
void multiply_tile(std::int64_t k, const T* a, const T* b, T* c, std::int64_t c_stride) {
  typedef T Vector __attribute__((vector_size(kBytes), aligned(alignof(T)), may_alias));
  constexpr int kLanes = kBytes / static_cast<int>(sizeof(T));
  Vector sums[kRows][kVectors] = {};
  for (std::int64_t p = 0; p < k; ++p) {
    Vector row[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) row[j] = reinterpret_cast<const Vector*>(b)[j];
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) sums[i][j] += a[i] * row[j];
    }
    a += kRows;
    b += kVectors * kLanes;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    auto* out = reinterpret_cast<Vector*>(c + i * c_stride);
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) out[j] += sums[i][j];
  }
}

// The sum of a[i] * b[i].
template <typename T, int kBytes>
T dot(std::int64_t n, const T* a, const T* b) {
  typedef T Vector __attribute__((vector_size(kBytes), aligned(alignof(T)), may_alias));
  constexpr int kLanes = kBytes / static_cast<int>(sizeof(T));
  constexpr int kSums = 4;
  Vector sums[kSums] = {};
  std::int64_t i = 0;
  for (; i + kSums * kLanes <= n; i += kSums * kLanes) {
#pragma GCC unroll 4
    for (int s = 0; s < kSums; ++s) {
      sums[s] +=
          *reinterpret_cast<const Vector*>(a + i + s * kLanes) * *reinterpret_cast<const Vector*>(b + i + s * kLanes);
    }
  }
  const Vector all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  T total = 0;
  for (int lane = 0; lane < kLanes; ++lane) total += all[lane];
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace portfire::kernels
