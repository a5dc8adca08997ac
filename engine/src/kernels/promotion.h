// ATen's type promotion.
#pragma once

#include <initializer_list>
#include <span>

#include "dispatch.h"
#include "native_tensor.h"

namespace portfire::kernels {

// torch.promote_types.
DType promote_types(DType a, DType b);
// torch.result_type: tensors with dimensions count before 0-d tensors, and those before Python numbers.
DType result_type(std::span<const TensorRef> tensors);
inline DType result_type(std::initializer_list<TensorRef> tensors) {
  return result_type(std::span<const TensorRef>(tensors.begin(), tensors.size()));
}
// Whether an in-place op may store a result of dtype `from` in a tensor of dtype `to`.
bool can_cast(DType from, DType to);
inline constexpr DType kDefaultDType = DType::kFloat32;
// The dtype itself if it is a floating or complex one, else the default dtype.
inline DType floating_type(DType d) { return is_floating(d) || is_complex(d) ? d : kDefaultDType; }
// The dtype of a complex number's parts.
DType real_type(DType d);

}  // namespace portfire::kernels
