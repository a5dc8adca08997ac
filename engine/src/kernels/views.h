// Views: other tensors over the same memory. What kernels use to look at their inputs as they need them.
#pragma once

#include <optional>
#include <vector>

#include "native_tensor.h"

namespace portfire::kernels {

TensorRef select(const TensorRef& t, std::int64_t dim, std::int64_t index);
// Python's slice: negative and too large bounds are clamped; step > 0.
TensorRef slice(const TensorRef& t, std::int64_t dim, std::optional<std::int64_t> start,
                std::optional<std::int64_t> end, std::int64_t step = 1);
TensorRef narrow(const TensorRef& t, std::int64_t dim, std::int64_t start, std::int64_t length);
TensorRef transpose(const TensorRef& t, std::int64_t dim0, std::int64_t dim1);
TensorRef permute(const TensorRef& t, const Dims& dims);
// -1 keeps a size.
TensorRef expand(const TensorRef& t, const Dims& sizes);
TensorRef unsqueeze(const TensorRef& t, std::int64_t dim);
TensorRef squeeze(const TensorRef& t, std::int64_t dim);
// The tensor in a new shape (one size may be -1): a view, or a failure / a copy where no view can do it.
TensorRef view(const TensorRef& t, const Dims& shape);
TensorRef reshape(const TensorRef& t, const Dims& shape);
TensorRef flatten(const TensorRef& t, std::int64_t first, std::int64_t last);
TensorRef move_dims(const TensorRef& t, const Dims& source, const Dims& destination);
TensorRef diagonal(const TensorRef& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2);
std::vector<TensorRef> split_sizes(const TensorRef& t, const Dims& sizes, std::int64_t dim);
std::vector<TensorRef> chunk(const TensorRef& t, std::int64_t chunks, std::int64_t dim);
std::vector<TensorRef> unbind(const TensorRef& t, std::int64_t dim);
// The same tensor object, for ops that return an alias.
TensorRef alias(const TensorRef& t);

}  // namespace portfire::kernels
