// Tensors out of nothing: zeros, ones, full, arange, linspace, eye and their `_like` and `new_` forms.
#include <cmath>

#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

constexpr std::int64_t kPreserveFormat = 1;

// The options dtype, layout, device, pin_memory that every factory ends with.
DType options_dtype(const Call& c, std::size_t first, DType otherwise) {
  check_tensor_options(c, first + 1);
  return dtype_or(c, first, otherwise);
}

TensorRef filled(TensorRef out, const Scalar& value) {
  fill(*out, value);
  return out;
}

// dtype, layout, device, pin_memory, memory_format: the tail of `_like` ops.
TensorRef empty_like_at(const Call& c, std::size_t options) {
  const TensorRef self = tensor_at(c, 0);
  const std::int64_t format = int_or(c, options + 4, kPreserveFormat);
  if (format > kPreserveFormat) fail("native kernels have the contiguous memory format only");
  const DType dtype = options_dtype(c, options, self->dtype());
  if (format != kPreserveFormat) return empty(self->shape(), dtype);
  if (is_dense(*self)) return empty_strided(self->shape(), self->steps(), dtype);
  return empty_result(self->shape(), {self.get()}, dtype);
}

TensorRef empty_op(const Call& c) {
  if (int_or(c, 5, 0) > kPreserveFormat) fail("native kernels have the contiguous memory format only");
  return empty(ints_at(c, 0), options_dtype(c, 1, kDefaultDType));
}
TensorRef zeros_op(const Call& c) { return zeros(ints_at(c, 0), options_dtype(c, 1, kDefaultDType)); }
TensorRef ones_op(const Call& c) { return filled(empty(ints_at(c, 0), options_dtype(c, 1, kDefaultDType)), Scalar(1)); }
TensorRef full_op(const Call& c) {
  const Scalar value = scalar_at(c, 1);
  return filled(empty(ints_at(c, 0), options_dtype(c, 2, value.default_dtype())), value);
}
TensorRef zeros_like_op(const Call& c) { return filled(empty_like_at(c, 1), Scalar(0)); }
TensorRef ones_like_op(const Call& c) { return filled(empty_like_at(c, 1), Scalar(1)); }
TensorRef empty_like_op(const Call& c) { return empty_like_at(c, 1); }
TensorRef full_like_op(const Call& c) { return filled(empty_like_at(c, 2), scalar_at(c, 1)); }
TensorRef new_at(const Call& c, std::size_t options) {
  return empty(ints_at(c, 1), options_dtype(c, options, tensor_at(c, 0)->dtype()));
}
TensorRef new_empty_op(const Call& c) { return new_at(c, 2); }
TensorRef new_zeros_op(const Call& c) { return filled(new_at(c, 2), Scalar(0)); }
TensorRef new_ones_op(const Call& c) { return filled(new_at(c, 2), Scalar(1)); }
TensorRef new_full_op(const Call& c) { return filled(new_at(c, 3), scalar_at(c, 2)); }
TensorRef scalar_tensor_op(const Call& c) {
  const Scalar value = scalar_at(c, 0);
  return scalar_tensor(value, options_dtype(c, 1, kDefaultDType));
}
TensorRef empty_strided_op(const Call& c) {
  const Dims sizes = ints_at(c, 0);
  const Dims strides = ints_at(c, 1);
  if (sizes.size() != strides.size())
    fail("dimensionality of sizes (", sizes.size(), ") must match strides (", strides.size(), ")");
  const DType dtype = options_dtype(c, 2, kDefaultDType);
  std::int64_t reach = element_count(sizes) == 0 ? 0 : 1;
  for (std::int64_t d = 0; d < sizes.rank() && reach > 0; ++d) {
    if (strides[d] < 0) fail("negative strides are not supported");
    std::int64_t step = 0;
    if (__builtin_mul_overflow(sizes[d] - 1, strides[d], &step) || __builtin_add_overflow(reach, step, &reach)) {
      fail("sizes and strides do not fit in 64 bits");
    }
  }
  const TensorRef memory = empty(Dims{reach}, dtype);
  return make_view(memory, sizes, strides, 0);
}

TensorRef arange(const Call& c, const Scalar& start, const Scalar& end, const Scalar& step, std::size_t options) {
  const bool discrete = start.is_discrete() && end.is_discrete() && step.is_discrete();
  const DType dtype = options_dtype(c, options, discrete ? DType::kInt64 : kDefaultDType);
  if (step.to<double>() == 0) fail("step must be nonzero");
  const double first = start.to<double>();
  const double last = end.to<double>();
  const double by = step.to<double>();
  if (!std::isfinite(first) || !std::isfinite(last)) fail("unsupported range: ", first, " -> ", last);
  if ((by > 0 && last < first) || (by < 0 && last > first)) {
    fail("upper bound and lower bound inconsistent with step sign");
  }
  double length = std::ceil((last - first) / by);
  if (discrete) {
    const std::int64_t a = start.to<std::int64_t>();
    const std::int64_t b = end.to<std::int64_t>();
    const std::int64_t s = step.to<std::int64_t>();
    length = static_cast<double>((b - a) / s + ((b - a) % s != 0 ? 1 : 0));
  }
  if (length < 0 || length > 9e15) fail("invalid size, possible overflow?");
  TensorRef out = empty(Dims{static_cast<std::int64_t>(length)}, dtype);
  dispatch_numeric(dtype, "arange", [&]<typename T>(Type<T>) {
    using A = Accumulate<T>;
    const A a = start.to<A>();
    const A s = step.to<A>();
    T* p = out->ptr<T>();
    for (std::int64_t i = 0; i < out->count(); ++i) p[i] = convert_number<T>(static_cast<A>(a + s * static_cast<A>(i)));
  });
  return out;
}
TensorRef arange_end(const Call& c) { return arange(c, Scalar(0), scalar_at(c, 0), Scalar(1), 1); }
TensorRef arange_start(const Call& c) { return arange(c, scalar_at(c, 0), scalar_at(c, 1), Scalar(1), 2); }
TensorRef arange_step(const Call& c) {
  return arange(c, scalar_at(c, 0), scalar_at(c, 1), scalar_or(c, 2, Scalar(1)), 3);
}

TensorRef linspace_op(const Call& c) {
  const std::int64_t steps = int_at(c, 2);
  if (steps < 0) fail("number of steps must be non-negative");
  TensorRef out = empty(Dims{steps}, options_dtype(c, 3, kDefaultDType));
  dispatch_numeric(out->dtype(), "linspace", [&]<typename T>(Type<T>) {
    const double first = scalar_at(c, 0).to<double>();
    const double last = scalar_at(c, 1).to<double>();
    const double by = steps > 1 ? (last - first) / static_cast<double>(steps - 1) : 0.0;
    T* p = out->ptr<T>();
    for (std::int64_t i = 0; i < steps; ++i) {  // from both ends, so that both are exact
      const auto from_start = static_cast<double>(i);
      const auto from_end = static_cast<double>(steps - 1 - i);
      p[i] = convert_number<T>(i < steps / 2 ? first + by * from_start : last - by * from_end);
    }
    if (steps == 1) p[0] = convert_number<T>(first);
  });
  return out;
}

TensorRef eye(std::int64_t n, std::int64_t m, DType dtype) {
  if (n < 0 || m < 0) fail("n must be greater or equal to 0, got ", std::min(n, m));
  const TensorRef out = zeros(Dims{n, m}, dtype);
  const TensorRef ones = make_view(out, Dims{std::min(n, m)}, Dims{m + 1}, 0);
  fill(*ones, Scalar(1));
  return out;
}
TensorRef eye_op(const Call& c) { return eye(int_at(c, 0), int_at(c, 0), options_dtype(c, 1, kDefaultDType)); }
TensorRef eye_rectangular(const Call& c) { return eye(int_at(c, 0), int_at(c, 1), options_dtype(c, 2, kDefaultDType)); }

void fill_scalar_in_place(Call& c) {
  fill(*tensor_at(c, 0), scalar_at(c, 1));
  c.set_result(c[0]);
}
Scalar fill_value(const TensorRef& value) {
  if (value->rank() != 0) {
    fail("fill_ only supports 0-dimension value tensor but got tensor with ", value->rank(), " dimensions.");
  }
  return read_element(*value, 0);
}
void fill_tensor_in_place(Call& c) {
  fill(*tensor_at(c, 0), fill_value(tensor_at(c, 1)));
  c.set_result(c[0]);
}
void zero_in_place(Call& c) {
  fill(*tensor_at(c, 0), Scalar(0));
  c.set_result(c[0]);
}
TensorRef fill_scalar(const Call& c) { return filled(clone(tensor_at(c, 0)), scalar_at(c, 1)); }
TensorRef fill_tensor(const Call& c) { return filled(clone(tensor_at(c, 0)), fill_value(tensor_at(c, 1))); }

}  // namespace

#define OPTIONS "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define LIKE_OPTIONS OPTIONS ", MemoryFormat? memory_format=None"

KernelTable factory_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::empty.memory_format(SymInt[] size, " LIKE_OPTIONS ") -> Tensor", functional<empty_op>},
      {"aten::empty_strided(SymInt[] size, SymInt[] stride, " OPTIONS ") -> Tensor", functional<empty_strided_op>},
      {"aten::zeros(SymInt[] size, " OPTIONS ") -> Tensor", functional<zeros_op>},
      {"aten::ones(SymInt[] size, " OPTIONS ") -> Tensor", functional<ones_op>},
      {"aten::full(SymInt[] size, Scalar fill_value, " OPTIONS ") -> Tensor", functional<full_op>},
      {"aten::empty_like(Tensor self, " LIKE_OPTIONS ") -> Tensor", functional<empty_like_op>},
      {"aten::zeros_like(Tensor self, " LIKE_OPTIONS ") -> Tensor", functional<zeros_like_op>},
      {"aten::ones_like(Tensor self, " LIKE_OPTIONS ") -> Tensor", functional<ones_like_op>},
      {"aten::full_like(Tensor self, Scalar fill_value, " LIKE_OPTIONS ") -> Tensor", functional<full_like_op>},
      {"aten::new_empty(Tensor self, SymInt[] size, " OPTIONS ") -> Tensor", functional<new_empty_op>},
      {"aten::new_zeros(Tensor self, SymInt[] size, " OPTIONS ") -> Tensor", functional<new_zeros_op>},
      {"aten::new_ones(Tensor self, SymInt[] size, " OPTIONS ") -> Tensor", functional<new_ones_op>},
      {"aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, " OPTIONS ") -> Tensor", functional<new_full_op>},
      {"aten::scalar_tensor(Scalar s, " OPTIONS ") -> Tensor", functional<scalar_tensor_op>},
      {"aten::arange(Scalar end, " OPTIONS ") -> Tensor", functional<arange_end>},
      {"aten::arange.start(Scalar start, Scalar end, " OPTIONS ") -> Tensor", functional<arange_start>},
      {"aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, " OPTIONS ") -> Tensor",
       functional<arange_step>},
      {"aten::linspace(Scalar start, Scalar end, int steps, " OPTIONS ") -> Tensor", functional<linspace_op>},
      {"aten::eye(SymInt n, " OPTIONS ") -> Tensor", functional<eye_op>},
      {"aten::eye.m(SymInt n, SymInt m, " OPTIONS ") -> Tensor", functional<eye_rectangular>},
      {"aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)", fill_scalar_in_place},
      {"aten::fill_.Tensor(Tensor(a!) self, Tensor value) -> Tensor(a!)", fill_tensor_in_place},
      {"aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", functional<fill_scalar>},
      {"aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", functional<fill_tensor>},
      {"aten::zero_(Tensor(a!) self) -> Tensor(a!)", zero_in_place},
  };
  return kTable;
}

#undef OPTIONS
#undef LIKE_OPTIONS

}  // namespace portfire::kernels
