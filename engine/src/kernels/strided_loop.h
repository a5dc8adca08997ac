// The walk over several strided, broadcast operands at once: the part of every element-wise kernel that is not
// arithmetic.
//
// Dimensions are reordered so that the first operand (the output) is walked along memory, and merged where all operands
// allow it; what is left is an odometer over rows, and the kernel sees one row at a time.
#pragma once

#include <initializer_list>
#include <span>
#include <type_traits>

#include "dispatch.h"
#include "native_tensor.h"

namespace portfire::kernels {

// A non-owning reference to a callable (char* const* data, const int64_t* byte_strides, int64_t n).
class RowFunction {
 public:
  template <typename F>
  RowFunction(F& f)  // NOLINT: made at the call
      : object_(&f),
        call_([](void* o, char* const* p, const std::int64_t* s, std::int64_t n) { (*static_cast<F*>(o))(p, s, n); }) {}
  void operator()(char* const* data, const std::int64_t* strides, std::int64_t n) const {
    call_(object_, data, strides, n);
  }

 private:
  void* object_;
  void (*call_)(void*, char* const*, const std::int64_t*, std::int64_t);
};

// At most 5 operands; each broadcasts to `shape`, which no operand may exceed.
void for_each_row(std::span<const std::int64_t> shape, std::span<const NativeTensor* const> operands, RowFunction row);
inline void for_each_row(std::span<const std::int64_t> shape, std::initializer_list<const NativeTensor*> operands,
                         RowFunction row) {
  for_each_row(shape, std::span<const NativeTensor* const>(operands.begin(), operands.size()), row);
}

// Strides of the result of an element-wise op: dense, in the inputs' own order of dimensions, as ATen's TensorIterator.
Dims result_strides(std::span<const std::int64_t> shape, std::span<const NativeTensor* const> inputs);
TensorRef empty_result(const Dims& shape, std::initializer_list<const NativeTensor*> inputs, DType dtype);

// out[i] = f(a[i]).
template <typename A, typename R, typename F>
void map_elements(NativeTensor& out, const NativeTensor& a, F f) {
  auto row = [f](char* const* p, const std::int64_t* s, std::int64_t n) {
    auto* r = reinterpret_cast<R*>(p[0]);
    const auto* x = reinterpret_cast<const A*>(p[1]);
    if (s[0] == sizeof(R) && s[1] == sizeof(A)) {
      for (std::int64_t i = 0; i < n; ++i) r[i] = convert_number<R>(f(static_cast<Compute<A>>(x[i])));
      return;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<R*>(p[0] + i * s[0]) =
          convert_number<R>(f(static_cast<Compute<A>>(*reinterpret_cast<const A*>(p[1] + i * s[1]))));
    }
  };
  for_each_row(out.sizes(), {&out, &a}, row);
}

// out[i] = f(a[i], b[i]); a and b have one dtype.
template <typename A, typename R, typename F>
void map_elements(NativeTensor& out, const NativeTensor& a, const NativeTensor& b, F f) {
  using C = Compute<A>;
  auto row = [f](char* const* p, const std::int64_t* s, std::int64_t n) {
    constexpr std::int64_t kItem = sizeof(A);
    auto* r = reinterpret_cast<R*>(p[0]);
    const auto* x = reinterpret_cast<const A*>(p[1]);
    const auto* y = reinterpret_cast<const A*>(p[2]);
    if (s[0] == sizeof(R) && s[1] == kItem && s[2] == kItem) {
      for (std::int64_t i = 0; i < n; ++i) r[i] = convert_number<R>(f(static_cast<C>(x[i]), static_cast<C>(y[i])));
    } else if (s[0] == sizeof(R) && s[1] == kItem && s[2] == 0) {
      const C c = n > 0 ? static_cast<C>(*y) : C{};
      for (std::int64_t i = 0; i < n; ++i) r[i] = convert_number<R>(f(static_cast<C>(x[i]), c));
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        *reinterpret_cast<R*>(p[0] + i * s[0]) =
            convert_number<R>(f(static_cast<C>(*reinterpret_cast<const A*>(p[1] + i * s[1])),
                                static_cast<C>(*reinterpret_cast<const A*>(p[2] + i * s[2]))));
      }
    }
  };
  for_each_row(out.sizes(), {&out, &a, &b}, row);
}

// out[i] = f(a[i], b[i], c[i]) over three dtypes of their own.
template <typename A, typename B, typename D, typename R, typename F>
void map_elements(NativeTensor& out, const NativeTensor& a, const NativeTensor& b, const NativeTensor& d, F f) {
  auto row = [f](char* const* p, const std::int64_t* s, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<R*>(p[0] + i * s[0]) =
          convert_number<R>(f(static_cast<Compute<A>>(*reinterpret_cast<const A*>(p[1] + i * s[1])),
                              static_cast<Compute<B>>(*reinterpret_cast<const B*>(p[2] + i * s[2])),
                              static_cast<Compute<D>>(*reinterpret_cast<const D*>(p[3] + i * s[3]))));
    }
  };
  for_each_row(out.sizes(), {&out, &a, &b, &d}, row);
}

}  // namespace portfire::kernels
