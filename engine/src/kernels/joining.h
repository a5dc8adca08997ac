// cat and stack, for other kernels.
#pragma once

#include <vector>

#include "native_tensor.h"

namespace portfire::kernels {

TensorRef cat(const std::vector<TensorRef>& tensors, std::int64_t dim);
TensorRef stack(const std::vector<TensorRef>& tensors, std::int64_t dim);

}  // namespace portfire::kernels
