// Copies and casts between tensors.
#pragma once

#include "native_tensor.h"
#include "scalar.h"

namespace portfire::kernels {

// dst = src, broadcast and cast. Throws if src does not broadcast to dst's shape, or they overlap in part.
void copy_into(NativeTensor& dst, const NativeTensor& src);
void fill(NativeTensor& dst, const Scalar& value);
// `t` itself if it has the dtype already, else a cast copy that keeps the order of its dimensions.
TensorRef convert(const TensorRef& t, DType dtype);
// `t` itself if it is contiguous, else a contiguous copy.
TensorRef contiguous(const TensorRef& t);
// Contiguous and of the dtype.
TensorRef contiguous_as(const TensorRef& t, DType dtype);
// A copy; dense inputs keep their strides (torch.preserve_format).
TensorRef clone(const TensorRef& t);
TensorRef clone_contiguous(const TensorRef& t);
// A 0-d tensor that promotes as a Python number.
TensorRef wrapped_number(const Scalar& value);
TensorRef scalar_tensor(const Scalar& value, DType dtype);
// Element number i in row-major order (any strides).
Scalar read_element(const NativeTensor& t, std::int64_t i);
// Whether no two elements share memory and there are no gaps.
bool is_dense(const NativeTensor& t);
// Throws when writing `dst` would change elements of `src` that are still to be read.
void check_no_partial_overlap(const NativeTensor& dst, const NativeTensor& src);

}  // namespace portfire::kernels
