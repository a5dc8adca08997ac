// Geometry of convolutions and pooling over up to three spatial dimensions, and the matrix that a convolution
// multiplies.
#pragma once

#include <array>

#include "dims.h"
#include "fail.h"

namespace portfire::kernels {

// Two spatial dimensions; one-dimensional convolutions have height 1.
struct ConvolutionPlan {
  std::int64_t channels, height, width;  // of the input of one group
  std::int64_t kernel_height, kernel_width;
  std::int64_t out_height, out_width;
  std::array<std::int64_t, 2> stride, padding, dilation;

  std::int64_t depth() const { return channels * kernel_height * kernel_width; }
  std::int64_t out_size() const { return out_height * out_width; }
};

// The columns of an image's patches, delivered panel by panel to the matrix product, so that they never lie in memory
// as a whole: row (channel, ky, kx), column (oy, ox).
template <typename T>
struct PatchPacker {
  const ConvolutionPlan& plan;
  const T* image;

  void operator()(T* panel, std::int64_t k, std::int64_t depth, std::int64_t first, std::int64_t columns,
                  std::int64_t width) const {
    for (std::int64_t p = 0; p < depth; ++p, panel += width) {
      pack_row(panel, k + p, first, columns);
      std::fill(panel + columns, panel + width, T(0));
    }
  }

 private:
  void pack_row(T* out, std::int64_t row, std::int64_t first, std::int64_t columns) const {
    const std::int64_t kx = row % plan.kernel_width;
    const std::int64_t ky = row / plan.kernel_width % plan.kernel_height;
    const T* channel = image + row / (plan.kernel_width * plan.kernel_height) * plan.height * plan.width;
    std::int64_t oy = first / plan.out_width;
    std::int64_t ox = first % plan.out_width;
    while (columns > 0) {
      const std::int64_t run = std::min(columns, plan.out_width - ox);
      const std::int64_t y = oy * plan.stride[0] - plan.padding[0] + ky * plan.dilation[0];
      if (y < 0 || y >= plan.height) {
        std::fill_n(out, run, T(0));
      } else {
        copy_run(out, channel + y * plan.width, ox * plan.stride[1] - plan.padding[1] + kx * plan.dilation[1], run);
      }
      out += run;
      columns -= run;
      ox = 0;
      ++oy;
    }
  }
  // Elements x, x + stride, ... of one line; those outside of it are padding.
  void copy_run(T* out, const T* line, std::int64_t x, std::int64_t run) const {
    const std::int64_t step = plan.stride[1];
    std::int64_t i = 0;
    for (; i < run && x < 0; ++i, x += step) out[i] = T(0);
    const std::int64_t inside = x < plan.width ? std::min(run, i + (plan.width - 1 - x) / step + 1) : i;
    if (step == 1) {
      for (; i < inside; ++i, ++x) out[i] = line[x];
    } else {
      for (; i < inside; ++i, x += step) out[i] = line[x];
    }
    for (; i < run; ++i) out[i] = T(0);
  }
};

}  // namespace portfire::kernels
