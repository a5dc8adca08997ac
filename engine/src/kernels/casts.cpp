// Casts and copies: to.*, type_as, clone, copy_.
#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

constexpr std::int64_t kPreserveFormat = 1;

// `format`: the memory_format argument's position.
TensorRef cast(const Call& c, const TensorRef& t, DType dtype, bool copy, std::size_t format) {
  if (int_or(c, format, kPreserveFormat) > kPreserveFormat)
    fail("native kernels have the contiguous memory format only");
  const bool preserve = int_or(c, format, kPreserveFormat) == kPreserveFormat;
  if (!preserve) {
    if (!copy && t->is_contiguous() && t->dtype() == dtype) return t;
    TensorRef out = empty(t->shape(), dtype);
    copy_into(*out, *t);
    return out;
  }
  if (t->dtype() != dtype) return convert(t, dtype);
  return copy ? clone(t) : t;
}

TensorRef to_dtype(const Call& c) {
  return cast(c, tensor_at(c, 0), dtype_or(c, 1, kDefaultDType), bool_or(c, 3, false), 4);
}
TensorRef to_device(const Call& c) {
  check_device(c, 1);
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, dtype_or(c, 2, t->dtype()), bool_or(c, 4, false), 5);
}
TensorRef to_other(const Call& c) {
  return cast(c, tensor_at(c, 0), tensor_at(c, 1)->dtype(), bool_or(c, 3, false), 4);
}
TensorRef to_options(const Call& c) {
  check_tensor_options(c, 2);
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, dtype_or(c, 1, t->dtype()), bool_or(c, 6, false), 7);
}
TensorRef to_copy(const Call& c) {
  check_tensor_options(c, 2);
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, dtype_or(c, 1, t->dtype()), true, 6);
}
TensorRef to_prim_device(const Call& c) {
  check_device(c, 1);
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, dtype_or(c, 2, t->dtype()), bool_or(c, 4, false), c.size());
}
TensorRef to_prim_dtype(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, dtype_or(c, 1, t->dtype()), bool_or(c, 3, false), c.size());
}
TensorRef to_prim_other(const Call& c) {
  return cast(c, tensor_at(c, 0), tensor_at(c, 0)->dtype(), bool_or(c, 2, false), c.size());
}
TensorRef cpu(const Call& c) { return tensor_at(c, 0); }
TensorRef type_as(const Call& c) { return convert(tensor_at(c, 0), tensor_at(c, 1)->dtype()); }
TensorRef clone_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  return cast(c, t, t->dtype(), true, 1);
}
template <DType To>
TensorRef cast_op(const Call& c) {
  return convert(tensor_at(c, 0), To);
}

void copy_in_place(Call& c) {
  copy_into(*tensor_at(c, 0), *tensor_at(c, 1));
  c.set_result(c[0]);
}
void copy_number_in_place(Call& c) {
  fill(*tensor_at(c, 0), scalar_at(c, 1));
  c.set_result(c[0]);
}

}  // namespace

KernelTable cast_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? "
       "memory_format=None) -> Tensor(a)",
       functional<to_dtype>},
      {"aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, "
       "MemoryFormat? memory_format=None) -> Tensor(a)",
       functional<to_device>},
      {"aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? "
       "memory_format=None) -> Tensor(a)",
       functional<to_other>},
      {"aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
       "bool? "
       "pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)",
       functional<to_options>},
      {"aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
       "pin_memory=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor",
       functional<to_copy>},
      {"aten::to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, bool non_blocking=False, bool "
       "copy=False) -> "
       "Tensor(b|a)",
       functional<to_prim_device>},
      {"aten::to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor(b|a)",
       functional<to_prim_dtype>},
      {"aten::to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(b|a)",
       functional<to_prim_other>},
      {"aten::cpu(Tensor(a) self) -> Tensor(b|a)", functional<cpu>},
      {"aten::type_as(Tensor self, Tensor other) -> Tensor", functional<type_as>},
      {"aten::_cast_Float(Tensor self, bool non_blocking=False) -> Tensor", functional<cast_op<DType::kFloat32>>},
      {"aten::_cast_Long(Tensor self, bool non_blocking=False) -> Tensor", functional<cast_op<DType::kInt64>>},
      {"aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", functional<clone_op>},
      {"aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)", copy_in_place},
      {"aten::copy_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", copy_in_place},
      {"aten::copy_.int(Tensor(a!) self, int other) -> Tensor(a!)", copy_number_in_place},
      {"aten::copy_.float(Tensor(a!) self, float other) -> Tensor(a!)", copy_number_in_place},
  };
  return kTable;
}

}  // namespace portfire::kernels
