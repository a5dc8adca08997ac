// Element-wise arithmetic on two tensors, for other kernels to build on. `into`: null, or the tensor to store in.
#pragma once

#include "native_tensor.h"
#include "scalar.h"

namespace portfire::kernels {

TensorRef add(const TensorRef& a, const TensorRef& b, const TensorRef& into = {});
TensorRef add_scaled(const TensorRef& a, const TensorRef& b, const Scalar& alpha, const TensorRef& into = {});
TensorRef mul(const TensorRef& a, const TensorRef& b, const TensorRef& into = {});
TensorRef sub(const TensorRef& a, const TensorRef& b, const TensorRef& into = {});
TensorRef div(const TensorRef& a, const TensorRef& b, const TensorRef& into = {});

}  // namespace portfire::kernels
