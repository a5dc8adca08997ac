// Operators that return views: view, reshape, select, slice, transpose, permute, expand, squeeze, ...
#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

std::optional<std::int64_t> optional_int_at(const Call& c, std::size_t i) {
  if (is_absent(c, i)) return std::nullopt;
  return int_at(c, i);
}

constexpr std::int64_t kContiguousFormat = 0;
constexpr std::int64_t kPreserveFormat = 1;

TensorRef view_op(const Call& c) { return view(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef reshape_op(const Call& c) { return reshape(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef view_as_op(const Call& c) { return view(tensor_at(c, 0), tensor_at(c, 1)->shape()); }
TensorRef reshape_as_op(const Call& c) { return reshape(tensor_at(c, 0), tensor_at(c, 1)->shape()); }
TensorRef select_op(const Call& c) { return select(tensor_at(c, 0), int_at(c, 1), int_at(c, 2)); }
TensorRef slice_op(const Call& c) {
  return slice(tensor_at(c, 0), int_or(c, 1, 0), optional_int_at(c, 2), optional_int_at(c, 3), int_or(c, 4, 1));
}
TensorRef narrow_op(const Call& c) { return narrow(tensor_at(c, 0), int_at(c, 1), int_at(c, 2), int_at(c, 3)); }
TensorRef narrow_tensor_op(const Call& c) {
  const TensorRef start = tensor_at(c, 2);
  if (start->rank() != 0 || is_floating(start->dtype()) || is_complex(start->dtype())) {
    fail("start must be an 0-dim integral Tensor.");
  }
  return narrow(tensor_at(c, 0), int_at(c, 1), read_element(*start, 0).to<std::int64_t>(), int_at(c, 3));
}
TensorRef transpose_op(const Call& c) { return transpose(tensor_at(c, 0), int_at(c, 1), int_at(c, 2)); }
TensorRef permute_op(const Call& c) { return permute(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef expand_op(const Call& c) { return expand(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef expand_as_op(const Call& c) { return expand(tensor_at(c, 0), tensor_at(c, 1)->shape()); }
TensorRef unsqueeze_op(const Call& c) { return unsqueeze(tensor_at(c, 0), int_at(c, 1)); }
TensorRef squeeze_dim_op(const Call& c) { return squeeze(tensor_at(c, 0), int_at(c, 1)); }

TensorRef squeeze_dims_op(const Call& c) {
  TensorRef t = tensor_at(c, 0);
  Dims dims = ints_at(c, 1);
  for (std::int64_t& d : dims) d = wrap_dim(d, t->rank());
  std::sort(dims.begin(), dims.end(), std::greater<>());
  t = alias(t);
  for (const std::int64_t d : dims) t = squeeze(t, d);
  return t;
}

TensorRef squeeze_op(const Call& c) {
  TensorRef t = alias(tensor_at(c, 0));
  for (std::int64_t d = t->rank() - 1; d >= 0; --d) t = squeeze(t, d);
  return t;
}

TensorRef t_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() > 2) fail("t() expects a tensor with <= 2 dimensions, but self is ", t->rank(), "D");
  return t->rank() < 2 ? alias(t) : transpose(t, 0, 1);
}

TensorRef reversed_dims_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  Dims order(static_cast<std::size_t>(t->rank()));
  for (std::int64_t d = 0; d < t->rank(); ++d) order[d] = t->rank() - 1 - d;
  return permute(t, order);
}

TensorRef matrix_transpose_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() < 2)
    fail("tensor.mT is only supported on matrices or batches of matrices. Got ", t->rank(), "-D tensor.");
  return transpose(t, -2, -1);
}

TensorRef flatten_op(const Call& c) { return flatten(tensor_at(c, 0), int_or(c, 1, 0), int_or(c, 2, -1)); }
TensorRef ravel_op(const Call& c) { return reshape(contiguous(tensor_at(c, 0)), Dims{-1}); }

TensorRef unflatten_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_at(c, 1), t->rank());
  const Dims sizes = ints_at(c, 2);
  if (sizes.empty()) fail("unflatten: sizes must be non-empty");
  Dims shape;
  for (std::int64_t d = 0; d < t->rank(); ++d) {
    if (d != dim) {
      shape.push_back(t->size(d));
      continue;
    }
    std::int64_t known = 1;
    for (const std::int64_t s : sizes) known *= s < 0 ? 1 : s;
    const bool inferred = std::count(sizes.begin(), sizes.end(), -1) > 0;
    if (inferred ? known == 0 || t->size(d) % known != 0 : known != t->size(d)) {
      fail("unflatten: Provided sizes ", shape_text(sizes), " don't multiply up to the size of dim ", dim, " (",
           t->size(d), ") in the input tensor");
    }
    for (const std::int64_t s : sizes) shape.push_back(s < 0 ? t->size(d) / known : s);
  }
  return view(t, shape);
}

TensorRef movedim_op(const Call& c) { return move_dims(tensor_at(c, 0), ints_at(c, 1), ints_at(c, 2)); }
TensorRef diagonal_op(const Call& c) {
  return diagonal(tensor_at(c, 0), int_or(c, 1, 0), int_or(c, 2, 0), int_or(c, 3, 1));
}

TensorRef unfold_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_at(c, 1), t->rank());
  const std::int64_t size = int_at(c, 2);
  const std::int64_t step = int_at(c, 3);
  const std::int64_t length = t->rank() == 0 ? 1 : t->size(dim);
  if (size < 0 || size > length) {
    fail("maximum size for tensor at dimension ", dim, " is ", length, " but size is ", size);
  }
  if (step <= 0) fail("step is ", step, " but must be > 0");
  Dims sizes = t->shape();
  Dims strides = t->steps();
  sizes.push_back(size);
  strides.push_back(t->rank() == 0 ? 1 : t->stride(dim));
  if (t->rank() > 0) {
    sizes[dim] = (length - size) / step + 1;
    strides[dim] *= step;
  }
  return make_view(t, std::move(sizes), std::move(strides), t->offset());
}

TensorRef as_strided_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const Dims sizes = ints_at(c, 1);
  const Dims strides = ints_at(c, 2);
  const std::int64_t offset = int_or(c, 3, t->offset());
  if (sizes.size() != strides.size()) fail("mismatch in length of strides and shape");
  std::int64_t reach = 0;
  for (std::int64_t d = 0; d < sizes.rank(); ++d) {
    if (strides[d] < 0)
      fail("as_strided: Negative strides are not supported at the moment, got strides: ", shape_text(strides));
    std::int64_t step = 0;
    if (__builtin_mul_overflow(std::max<std::int64_t>(sizes[d] - 1, 0), strides[d], &step) ||
        __builtin_add_overflow(reach, step, &reach)) {
      fail("as_strided: sizes and strides do not fit in 64 bits");
    }
  }
  const auto item = static_cast<std::int64_t>(t->item_size());
  const auto bytes = static_cast<std::int64_t>(t->storage()->bytes());
  if (offset < 0 || (element_count(sizes) > 0 && (offset + reach + 1) * item > bytes)) {
    fail("setStorage: sizes ", shape_text(sizes), ", strides ", shape_text(strides), ", storage offset ", offset,
         ", and itemsize ", item, " requiring a storage size of ", (offset + reach + 1) * item,
         " are out of bounds for storage of size ", bytes);
  }
  return make_view(t, sizes, strides, offset);
}

TensorRef alias_op(const Call& c) { return alias(tensor_at(c, 0)); }
TensorRef identity_op(const Call& c) { return tensor_at(c, 0); }

TensorRef contiguous_op(const Call& c) {
  const std::int64_t format = int_or(c, 1, kContiguousFormat);
  if (format == kPreserveFormat) fail("preserve memory format is unsupported by the contiguous operator");
  if (format != kContiguousFormat) fail("native kernels have the contiguous memory format only");
  return contiguous(tensor_at(c, 0));
}

// Ops that change the geometry of the tensor object itself.
template <TensorRef (*F)(const Call&)>
void geometry_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  const TensorRef out = F(c);
  self->set_geometry(out->storage(), out->shape(), out->steps(), out->offset());
  c.set_result(c[0]);
}

void resize_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  const Dims sizes = ints_at(c, 1);
  const auto needed = static_cast<std::size_t>(element_count(sizes) + self->offset()) * self->item_size();
  if (needed <= self->storage()->bytes()) {
    self->set_geometry(self->storage(), sizes, contiguous_strides(sizes), self->offset());
  } else {
    const TensorRef grown = empty(sizes, self->dtype());
    const auto kept = static_cast<std::size_t>(std::min(self->count(), grown->count())) * self->item_size();
    const TensorRef old = contiguous(self);
    std::copy_n(old->bytes(), kept, grown->bytes());
    self->set_geometry(grown->storage(), grown->shape(), grown->steps(), 0);
  }
  c.set_result(c[0]);
}

TensorRef view_as_real_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (!is_complex(t->dtype())) fail("view_as_real is only supported for complex tensors");
  Dims sizes = t->shape();
  Dims strides = t->steps();
  for (std::int64_t& s : strides) s *= 2;
  sizes.push_back(2);
  strides.push_back(1);
  return make_box<NativeTensor>(t->storage(), real_type(t->dtype()), std::move(sizes), std::move(strides),
                                t->offset() * 2);
}

template <int Part>
TensorRef complex_part_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (Part == 0 && !is_complex(t->dtype())) return t;
  return select(view_as_real_op(c), -1, Part);
}

TensorRef view_dtype_op(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const DType dtype = dtype_or(c, 1, t->dtype());
  if (dtype_size(dtype) != t->item_size())
    fail("the native kernel of view.dtype supports dtypes of the same size only");
  return make_box<NativeTensor>(t->storage(), dtype, t->shape(), t->steps(), t->offset());
}

}  // namespace

KernelTable view_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", functional<view_op>},
      {"aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)", functional<view_dtype_op>},
      {"aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)", functional<view_as_op>},
      {"aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor", functional<view_op>},
      {"aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", functional<reshape_op>},
      {"aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", functional<reshape_as_op>},
      {"aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)", functional<select_op>},
      {"aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> "
       "Tensor(a)",
       functional<slice_op>},
      {"aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)", functional<narrow_op>},
      {"aten::narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)",
       functional<narrow_tensor_op>},
      {"aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", functional<transpose_op>},
      {"aten::transpose_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)", geometry_in_place<transpose_op>},
      {"aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", functional<transpose_op>},
      {"aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", functional<transpose_op>},
      {"aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", functional<permute_op>},
      {"aten::t(Tensor(a) self) -> Tensor(a)", functional<t_op>},
      {"aten::t_(Tensor(a!) self) -> Tensor(a!)", geometry_in_place<t_op>},
      {"aten::numpy_T(Tensor(a) self) -> Tensor(a)", functional<reversed_dims_op>},
      {"aten::numpy_T.a(Tensor(a) self) -> Tensor(a)", functional<reversed_dims_op>},
      {"aten::mT(Tensor(a) self) -> Tensor(a)", functional<matrix_transpose_op>},
      {"aten::mT.a(Tensor(a) self) -> Tensor(a)", functional<matrix_transpose_op>},
      {"aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", functional<expand_op>},
      {"aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", functional<expand_as_op>},
      {"aten::broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", functional<expand_op>},
      {"aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", functional<unsqueeze_op>},
      {"aten::unsqueeze_(Tensor(a!) self, int dim) -> Tensor(a!)", geometry_in_place<unsqueeze_op>},
      {"aten::squeeze(Tensor(a) self) -> Tensor(a)", functional<squeeze_op>},
      {"aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", functional<squeeze_dim_op>},
      {"aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", functional<squeeze_dims_op>},
      {"aten::squeeze_(Tensor(a!) self) -> Tensor(a!)", geometry_in_place<squeeze_op>},
      {"aten::squeeze_.dim(Tensor(a!) self, int dim) -> Tensor(a!)", geometry_in_place<squeeze_dim_op>},
      {"aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)",
       functional<flatten_op>},
      {"aten::ravel(Tensor(a) self) -> Tensor(a)", functional<ravel_op>},
      {"aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)", functional<unflatten_op>},
      {"aten::movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", functional<movedim_op>},
      {"aten::movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", functional<movedim_op>},
      {"aten::moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)", functional<movedim_op>},
      {"aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)", functional<diagonal_op>},
      {"aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", functional<unfold_op>},
      {"aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)",
       functional<as_strided_op>},
      {"aten::detach(Tensor(a) self) -> Tensor(a)", functional<alias_op>},
      {"aten::detach_(Tensor(a!) self) -> Tensor(a!)", functional<identity_op>},
      {"aten::data(Tensor self) -> Tensor", functional<alias_op>},
      {"prim::data(Tensor(a) a) -> Tensor(a)", functional<alias_op>},
      {"aten::alias(Tensor(a) self) -> Tensor(a)", functional<alias_op>},
      {"aten::lift_fresh(Tensor(a) self) -> Tensor(a)", functional<identity_op>},
      {"aten::resolve_conj(Tensor(a) self) -> Tensor(a)", functional<identity_op>},
      {"aten::resolve_neg(Tensor(a) self) -> Tensor(a)", functional<identity_op>},
      {"aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)", functional<contiguous_op>},
      {"aten::resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)",
       resize_in_place},
      {"aten::view_as_real(Tensor(a) self) -> Tensor(a)", functional<view_as_real_op>},
      {"aten::real(Tensor(a) self) -> Tensor(a)", functional<complex_part_op<0>>},
      {"aten::imag(Tensor(a) self) -> Tensor(a)", functional<complex_part_op<1>>},
  };
  return kTable;
}

}  // namespace portfire::kernels
