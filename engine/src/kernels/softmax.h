// softmax, for other kernels.
#pragma once

#include "native_tensor.h"

namespace portfire::kernels {

TensorRef softmax(const TensorRef& x, std::int64_t dim);
TensorRef log_softmax(const TensorRef& x, std::int64_t dim);

}  // namespace portfire::kernels
