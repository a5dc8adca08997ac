// Normalisations that other kernels use.
#pragma once

#include "native_tensor.h"

namespace portfire::kernels {

// What a normalisation returns: the result, and the statistics that training needs.
struct Normalized {
  TensorRef out, mean, rstd;
};
// Over the last `dims` dimensions; weight and bias may be null.
Normalized layer_norm(const TensorRef& x, const Dims& normalized, const TensorRef& weight, const TensorRef& bias,
                      double eps);

}  // namespace portfire::kernels
