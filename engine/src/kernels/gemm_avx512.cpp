// Tile kernels for processors with AVX512. This file alone is compiled for them; nothing here may run elsewhere.
#if defined(__AVX512F__)
#include "gemm_tile.h"
#endif

#include "gemm.h"

namespace portfire::kernels {

#if defined(__AVX512F__)
namespace {
constexpr TileKernel<float> kFloat{8, 48, multiply_tile<float, 64, 8, 3>, dot<float, 64>};
constexpr TileKernel<double> kDouble{8, 24, multiply_tile<double, 64, 8, 3>, dot<double, 64>};
}  // namespace
const TileKernel<float>* tile_kernel_float_avx512() { return &kFloat; }
const TileKernel<double>* tile_kernel_double_avx512() { return &kDouble; }
#else
const TileKernel<float>* tile_kernel_float_avx512() { return nullptr; }
const TileKernel<double>* tile_kernel_double_avx512() { return nullptr; }
#endif

}  // namespace portfire::kernels
