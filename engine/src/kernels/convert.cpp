// Copies, casts, fills and single elements.
#include "convert.h"

#include <cstring>

#include "strided_loop.h"

namespace portfire::kernels {
namespace {

// Every dtype that has a C++ type, also the unsigned ones that no arithmetic is offered for.
template <typename F>
void dispatch_storable(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kUInt16:
      return f(Type<std::uint16_t>{});
    case DType::kUInt32:
      return f(Type<std::uint32_t>{});
    case DType::kUInt64:
      return f(Type<std::uint64_t>{});
    default:
      dispatch_all(dtype, "copy_", f);
  }
}

void move_elements(NativeTensor& dst, const NativeTensor& src) {
  dispatch_item_size(dst.item_size(), [&]<typename T>(Type<T>) {
    auto row = [](char* const* p, const std::int64_t* s, std::int64_t n) {
      if (s[0] == sizeof(T) && s[1] == sizeof(T)) {
        std::memmove(p[0], p[1], static_cast<std::size_t>(n) * sizeof(T));
        return;
      }
      for (std::int64_t i = 0; i < n; ++i) std::memcpy(p[0] + i * s[0], p[1] + i * s[1], sizeof(T));
    };
    for_each_row(dst.sizes(), {&dst, &src}, row);
  });
}

template <typename To, typename From>
void cast_row(char* const* p, const std::int64_t* s, std::int64_t n) {
  if (s[0] == sizeof(To) && s[1] == sizeof(From)) {
    auto* r = reinterpret_cast<To*>(p[0]);
    const auto* x = reinterpret_cast<const From*>(p[1]);
    for (std::int64_t i = 0; i < n; ++i) r[i] = convert_number<To>(x[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    *reinterpret_cast<To*>(p[0] + i * s[0]) = convert_number<To>(*reinterpret_cast<const From*>(p[1] + i * s[1]));
  }
}

void cast_elements(NativeTensor& dst, const NativeTensor& src) {
  dispatch_storable(dst.dtype(), [&]<typename To>(Type<To>) {
    dispatch_storable(src.dtype(), [&]<typename From>(Type<From>) {
      auto row = cast_row<To, From>;
      for_each_row(dst.sizes(), {&dst, &src}, row);
    });
  });
}

std::pair<const char*, const char*> memory_range(const NativeTensor& t) {
  std::int64_t low = 0;
  std::int64_t high = 1;
  for (std::int64_t d = 0; d < t.rank(); ++d) {
    const std::int64_t reach = (t.size(d) - 1) * t.stride(d);
    (reach < 0 ? low : high) += reach;
  }
  const auto item = static_cast<std::int64_t>(t.item_size());
  return {t.bytes() + low * item, t.bytes() + high * item};
}

}  // namespace

bool is_dense(const NativeTensor& t) {
  Dims order(static_cast<std::size_t>(t.rank()));
  for (std::int64_t d = 0; d < t.rank(); ++d) order[d] = d;
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    if (t.size(a) < 2 || t.size(b) < 2) return t.size(a) > t.size(b);
    return t.stride(a) < t.stride(b);
  });
  std::int64_t step = 1;
  for (const std::int64_t d : order) {
    if (t.size(d) < 2) continue;
    if (t.stride(d) != step) return false;
    step *= t.size(d);
  }
  return true;
}

void check_no_partial_overlap(const NativeTensor& dst, const NativeTensor& src) {
  if (dst.storage().get() != src.storage().get() || dst.count() == 0 || src.count() == 0) return;
  if (dst.offset() == src.offset() && dst.shape() == src.shape() && dst.steps() == src.steps()) return;
  if (!is_dense(dst) || !is_dense(src)) return;
  const auto [a_low, a_high] = memory_range(dst);
  const auto [b_low, b_high] = memory_range(src);
  if (a_low < b_high && b_low < a_high && (a_low != b_low || a_high != b_high)) {
    fail(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation.");
  }
}

void copy_into(NativeTensor& dst, const NativeTensor& src) {
  if (broadcast_shapes(dst.sizes(), src.sizes()) != dst.shape()) {
    fail("output with shape ", shape_text(dst.sizes()), " doesn't match the broadcast shape ",
         shape_text(broadcast_shapes(dst.sizes(), src.sizes())));
  }
  check_no_partial_overlap(dst, src);
  if (dst.dtype() == src.dtype()) return move_elements(dst, src);
  cast_elements(dst, src);
}

void fill(NativeTensor& dst, const Scalar& value) {
  dispatch_storable(dst.dtype(), [&]<typename T>(Type<T>) {
    const T v = value.to<T>();
    auto row = [v](char* const* p, const std::int64_t* s, std::int64_t n) {
      if (s[0] == sizeof(T)) return static_cast<void>(std::fill_n(reinterpret_cast<T*>(p[0]), n, v));
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(p[0] + i * s[0]) = v;
    };
    for_each_row(dst.sizes(), {&dst}, row);
  });
}

TensorRef convert(const TensorRef& t, DType dtype) {
  if (t->dtype() == dtype) return t;
  TensorRef out = empty_result(t->shape(), {t.get()}, dtype);
  cast_elements(*out, *t);
  return out;
}

TensorRef contiguous(const TensorRef& t) { return t->is_contiguous() ? t : clone_contiguous(t); }

TensorRef contiguous_as(const TensorRef& t, DType dtype) {
  if (t->dtype() == dtype) return contiguous(t);
  TensorRef out = empty(t->shape(), dtype);
  cast_elements(*out, *t);
  return out;
}

TensorRef clone(const TensorRef& t) {
  TensorRef out = is_dense(*t) ? empty_strided(t->shape(), t->steps(), t->dtype())
                               : empty_result(t->shape(), {t.get()}, t->dtype());
  move_elements(*out, *t);
  return out;
}

TensorRef clone_contiguous(const TensorRef& t) {
  TensorRef out = empty(t->shape(), t->dtype());
  move_elements(*out, *t);
  return out;
}

TensorRef scalar_tensor(const Scalar& value, DType dtype) {
  TensorRef out = empty({}, dtype);
  fill(*out, value);
  return out;
}

TensorRef wrapped_number(const Scalar& value) {
  static constexpr DType kDTypes[] = {DType::kBool, DType::kInt64, DType::kFloat64, DType::kComplex128};
  TensorRef out = scalar_tensor(value, kDTypes[static_cast<int>(value.kind())]);
  out->mark_wrapped_number();
  return out;
}

Scalar read_element(const NativeTensor& t, std::int64_t i) {
  std::int64_t at = 0;
  for (std::int64_t d = t.rank() - 1; d >= 0; --d) {
    at += i % t.size(d) * t.stride(d);
    i /= t.size(d);
  }
  Scalar out(false);
  dispatch_storable(t.dtype(), [&]<typename T>(Type<T>) {
    const T v = t.ptr<T>()[at];
    if constexpr (std::is_same_v<T, bool>) {
      out = Scalar(v);
    } else if constexpr (is_complex_type<T>) {
      out = Scalar(std::complex<double>(v));
    } else if constexpr (is_float_type<T>) {
      out = Scalar(static_cast<double>(static_cast<Compute<T>>(v)));
    } else {
      out = Scalar(static_cast<std::int64_t>(v));
    }
  });
  return out;
}

Scalar Scalar::from_value(const Value& v) {
  if (v.is_bool()) return Scalar(v.to_bool());
  if (v.is_int()) return Scalar(v.to_int());
  if (v.is_complex()) return Scalar(v.to_complex());
  return Scalar(v.to_double());
}

DType Scalar::default_dtype() const {
  static constexpr DType kDTypes[] = {DType::kBool, DType::kInt64, DType::kFloat32, DType::kComplex64};
  return kDTypes[static_cast<int>(kind_)];
}

Value Scalar::as_value() const {
  switch (kind_) {
    case Kind::kBool:
      return Value(integer_ != 0);
    case Kind::kInt:
      return Value(integer_);
    case Kind::kDouble:
      return Value(complex_.real());
    default:
      return Value(complex_);
  }
}

}  // namespace portfire::kernels
