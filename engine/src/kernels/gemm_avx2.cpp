// Tile kernels for processors with AVX2. This file alone is compiled for them; nothing here may run elsewhere.
#if defined(__AVX2__)
#include "gemm_tile.h"
#endif

#include "gemm.h"

namespace portfire::kernels {

#if defined(__AVX2__)
namespace {
constexpr TileKernel<float> kFloat{6, 16, multiply_tile<float, 32, 6, 2>, dot<float, 32>};
constexpr TileKernel<double> kDouble{6, 8, multiply_tile<double, 32, 6, 2>, dot<double, 32>};
}  // namespace
const TileKernel<float>* tile_kernel_float_avx2() { return &kFloat; }
const TileKernel<double>* tile_kernel_double_avx2() { return &kDouble; }
#else
const TileKernel<float>* tile_kernel_float_avx2() { return nullptr; }
const TileKernel<double>* tile_kernel_double_avx2() { return nullptr; }
#endif

}  // namespace portfire::kernels
