// The baseline tile kernel, the choice among kernels, and products of few rows.
#include "gemm.h"

#include "gemm_tile.h"

namespace portfire::kernels {
namespace {

constexpr TileKernel<float> kBaselineFloat{4, 8, multiply_tile<float, 16, 4, 2>, dot<float, 16>};
constexpr TileKernel<double> kBaselineDouble{4, 4, multiply_tile<double, 16, 4, 2>, dot<double, 16>};

// The widest kernel that this processor can run.
template <typename T>
const TileKernel<T>* choose([[maybe_unused]] const TileKernel<T>* avx2, [[maybe_unused]] const TileKernel<T>* avx512,
                            const TileKernel<T>* baseline) {
#if defined(__x86_64__)
  if (avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return avx512;
  }
  if (avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2;
#endif
  return baseline;
}

template <typename T>
void add_row_product(std::int64_t n, std::int64_t k, const T* a, std::int64_t a_step, const MatrixView<T>& b, T* c) {
  if (b.row == 1 && a_step == 1) {
    for (std::int64_t j = 0; j < n; ++j) c[j] += tile_kernel<T>().dot(k, a, b.data + j * b.column);
    return;
  }
  for (std::int64_t p = 0; p < k; ++p) {
    const T factor = a[p * a_step];
    const T* row = b.data + p * b.row;
    for (std::int64_t j = 0; j < n; ++j) c[j] += factor * row[j * b.column];
  }
}

}  // namespace

template <>
const TileKernel<float>& tile_kernel<float>() {
  static const TileKernel<float>* const kernel =
      choose(tile_kernel_float_avx2(), tile_kernel_float_avx512(), &kBaselineFloat);
  return *kernel;
}

template <>
const TileKernel<double>& tile_kernel<double>() {
  static const TileKernel<double>* const kernel =
      choose(tile_kernel_double_avx2(), tile_kernel_double_avx512(), &kBaselineDouble);
  return *kernel;
}

template <typename T>
void add_matrix_product(std::int64_t m, std::int64_t n, std::int64_t k, const MatrixView<T>& a, const MatrixView<T>& b,
                        T* c, std::int64_t c_stride) {
  if (m == 0 || n == 0 || k == 0) return;
  constexpr std::int64_t kFewRows = 4;
  if (m <= kFewRows && (b.row == 1 || b.column == 1)) {
    for (std::int64_t i = 0; i < m; ++i) add_row_product(n, k, a.data + i * a.row, a.column, b, c + i * c_stride);
    return;
  }
  add_product(m, n, k, a, MatrixPacker<T>{b}, c, c_stride);
}

template void add_matrix_product<float>(std::int64_t, std::int64_t, std::int64_t, const MatrixView<float>&,
                                        const MatrixView<float>&, float*, std::int64_t);
template void add_matrix_product<double>(std::int64_t, std::int64_t, std::int64_t, const MatrixView<double>&,
                                         const MatrixView<double>&, double*, std::int64_t);

}  // namespace portfire::kernels
