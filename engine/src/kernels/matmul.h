// Matrix products of tensors, for other kernels.
#pragma once

#include "native_tensor.h"

namespace portfire::kernels {

// torch.matmul: any ranks, batch dimensions broadcast. Both of one dtype.
TensorRef matmul(const TensorRef& a, const TensorRef& b);
// x @ weight.T + bias; bias may be null.
TensorRef linear(const TensorRef& x, const TensorRef& weight, const TensorRef& bias);
// out (m x n, contiguous) += a (m x k) @ b (k x n), 2-d views of one dtype.
void add_product_into(const TensorRef& out, const TensorRef& a, const TensorRef& b);

}  // namespace portfire::kernels
