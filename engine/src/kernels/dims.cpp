// Arithmetic on shapes: counting, broadcasting, wrapping of negative dimensions.
#include "dims.h"

#include "fail.h"

namespace portfire::kernels {

std::int64_t element_count(std::span<const std::int64_t> sizes) {
  std::int64_t n = 1;
  bool too_large = false;
  for (const std::int64_t s : sizes) {
    if (s < 0) fail("Trying to create tensor with negative dimension ", s, ": ", shape_text(sizes));
    too_large |= __builtin_mul_overflow(n, s, &n);
    if (s == 0) return 0;
  }
  if (too_large) fail("the number of elements of shape ", shape_text(sizes), " does not fit in 64 bits");
  return n;
}

Dims contiguous_strides(std::span<const std::int64_t> sizes) {
  Dims strides(sizes.size());
  std::int64_t step = 1;
  for (std::int64_t i = strides.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<std::int64_t>(sizes[static_cast<std::size_t>(i)], 1);
  }
  return strides;
}

std::string shape_text(std::span<const std::int64_t> sizes) {
  std::string out = "[";
  for (std::size_t i = 0; i < sizes.size(); ++i) out += (i ? ", " : "") + std::to_string(sizes[i]);
  return out + "]";
}

Dims broadcast_shapes(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Dims out(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t x = i < rank - a.size() ? 1 : a[i - (rank - a.size())];
    const std::int64_t y = i < rank - b.size() ? 1 : b[i - (rank - b.size())];
    if (x != y && x != 1 && y != 1) {
      fail("The size of tensor a (", x, ") must match the size of tensor b (", y, ") at non-singleton dimension ", i);
    }
    out[static_cast<std::int64_t>(i)] = x == 1 ? y : x;
  }
  return out;
}

std::int64_t wrap_dim(std::int64_t dim, std::int64_t rank) {
  const std::int64_t range = std::max<std::int64_t>(rank, 1);
  if (dim < -range || dim >= range) {
    fail_index("Dimension out of range (expected to be in range of [", -range, ", ", range - 1, "], but got ", dim,
               ")");
  }
  return dim < 0 ? dim + range : dim;
}

}  // namespace portfire::kernels
