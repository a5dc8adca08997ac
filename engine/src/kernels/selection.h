// where and masked_fill, for other kernels.
#pragma once

#include "native_tensor.h"
#include "scalar.h"

namespace portfire::kernels {

TensorRef where(const TensorRef& condition, const TensorRef& a, const TensorRef& b);
void masked_fill_into(NativeTensor& self, const TensorRef& mask, const Scalar& value);
// Keeps the lower (upper) triangle; `diagonal` as in torch.tril.
TensorRef tril(const TensorRef& x, std::int64_t diagonal);

}  // namespace portfire::kernels
