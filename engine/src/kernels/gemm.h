// Matrix products: packing, blocking, and the choice of the tile kernel for the processor at run time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "native_tensor.h"

namespace portfire::kernels {

// The innermost loop for one instruction set: tiles of `rows` x `columns`.
template <typename T>
struct TileKernel {
  int rows;
  int columns;
  void (*tile)(std::int64_t k, const T* a, const T* b, T* c, std::int64_t c_stride);
  T (*dot)(std::int64_t n, const T* a, const T* b);
};
template <typename T>
const TileKernel<T>& tile_kernel();
// One per source file; null where the compiler does not target x86-64.
const TileKernel<float>* tile_kernel_float_avx2();
const TileKernel<double>* tile_kernel_double_avx2();
const TileKernel<float>* tile_kernel_float_avx512();
const TileKernel<double>* tile_kernel_double_avx512();

// A matrix in memory: element (i, j) is data[i * row + j * column].
template <typename T>
struct MatrixView {
  const T* data;
  std::int64_t row;
  std::int64_t column;
};

// Copies columns [first, first + columns) of rows [k, k + depth) of a right-hand matrix into a panel, padded with zeros
// to the tile's width.
template <typename T>
struct MatrixPacker {
  MatrixView<T> b;
  void operator()(T* panel, std::int64_t k, std::int64_t depth, std::int64_t first, std::int64_t columns,
                  std::int64_t width) const {
    for (std::int64_t p = 0; p < depth; ++p, panel += width) {
      const T* from = b.data + (k + p) * b.row + first * b.column;
      if (b.column == 1) {
        std::copy_n(from, columns, panel);
      } else {
        for (std::int64_t j = 0; j < columns; ++j) panel[j] = from[j * b.column];
      }
      std::fill(panel + columns, panel + width, T(0));
    }
  }
};

template <typename T>
void pack_rows(T* panel, const MatrixView<T>& a, std::int64_t first, std::int64_t rows, std::int64_t k,
               std::int64_t depth, std::int64_t height) {
  for (std::int64_t p = 0; p < depth; ++p, panel += height) {
    const T* from = a.data + first * a.row + (k + p) * a.column;
    for (std::int64_t i = 0; i < rows; ++i) panel[i] = from[i * a.row];
    std::fill(panel + rows, panel + height, T(0));
  }
}

// One tile; those at the edges go through a buffer of the full size.
template <typename T>
void add_tile(const TileKernel<T>& kernel, std::int64_t depth, const T* a, const T* b, T* c, std::int64_t c_stride,
              std::int64_t rows, std::int64_t columns) {
  if (rows == kernel.rows && columns == kernel.columns) return kernel.tile(depth, a, b, c, c_stride);
  alignas(64) T edge[16 * 64] = {};
  kernel.tile(depth, a, b, edge, kernel.columns);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) c[i * c_stride + j] += edge[i * kernel.columns + j];
  }
}

// c (m x n, rows c_stride apart) += a (m x k) * b (k x n); `pack_b` delivers b.
template <typename T, typename Packer>
void add_product(std::int64_t m, std::int64_t n, std::int64_t k, const MatrixView<T>& a, const Packer& pack_b, T* c,
                 std::int64_t c_stride) {
  const TileKernel<T>& kernel = tile_kernel<T>();
  constexpr std::int64_t kDepth = 256;
  const std::int64_t block_rows = 16 * kernel.rows;
  const std::int64_t block_columns = std::max<std::int64_t>(1024 / kernel.columns, 1) * kernel.columns;
  const auto round_up = [](std::int64_t x, std::int64_t to) { return (x + to - 1) / to * to; };
  const std::int64_t a_items = std::min(block_rows, round_up(m, kernel.rows)) * std::min(kDepth, k);
  const std::int64_t b_items = std::min(block_columns, round_up(n, kernel.columns)) * std::min(kDepth, k);
  const Ref<Storage> memory = Storage::allocate(static_cast<std::size_t>(a_items + b_items + 64) * sizeof(T));
  T* packed_b = reinterpret_cast<T*>(memory->data());
  T* packed_a = packed_b + round_up(b_items, 64 / static_cast<std::int64_t>(sizeof(T)));
  for (std::int64_t jc = 0; jc < n; jc += block_columns) {
    const std::int64_t columns = std::min(block_columns, n - jc);
    for (std::int64_t pc = 0; pc < k; pc += kDepth) {
      const std::int64_t depth = std::min(kDepth, k - pc);
      for (std::int64_t j = 0; j < columns; j += kernel.columns) {
        pack_b(packed_b + j * depth, pc, depth, jc + j, std::min<std::int64_t>(kernel.columns, columns - j),
               kernel.columns);
      }
      for (std::int64_t ic = 0; ic < m; ic += block_rows) {
        const std::int64_t rows = std::min(block_rows, m - ic);
        for (std::int64_t i = 0; i < rows; i += kernel.rows) {
          pack_rows(packed_a + i * depth, a, ic + i, std::min<std::int64_t>(kernel.rows, rows - i), pc, depth,
                    kernel.rows);
        }
        for (std::int64_t j = 0; j < columns; j += kernel.columns) {
          for (std::int64_t i = 0; i < rows; i += kernel.rows) {
            add_tile(kernel, depth, packed_a + i * depth, packed_b + j * depth, c + (ic + i) * c_stride + jc + j,
                     c_stride, std::min<std::int64_t>(kernel.rows, rows - i),
                     std::min<std::int64_t>(kernel.columns, columns - j));
          }
        }
      }
    }
  }
}

// c (m x n) += a * b for matrices in memory; few rows take a way without packing.
template <typename T>
void add_matrix_product(std::int64_t m, std::int64_t n, std::int64_t k, const MatrixView<T>& a, const MatrixView<T>& b,
                        T* c, std::int64_t c_stride);

}  // namespace portfire::kernels
