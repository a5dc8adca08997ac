// Functions of one number that other kernels use. `into`: null, or the tensor to store in.
#pragma once

#include "native_tensor.h"

namespace portfire::kernels {

TensorRef sigmoid(const TensorRef& a, const TensorRef& into = {});
TensorRef tanh(const TensorRef& a, const TensorRef& into = {});

}  // namespace portfire::kernels
