// From a dtype at run time to a C++ type at compile time: `dispatch_all(dtype, "add", [&]<typename T>(Type<T>) {...})`.
#pragma once

#include <complex>
#include <type_traits>

#include "core/half.h"
#include "fail.h"
#include "portfire/tensor.h"

namespace portfire::kernels {

template <typename T>
struct Type {
  using type = T;
};

template <typename T>
inline constexpr bool is_complex_type =
    std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;
template <typename T>
inline constexpr bool is_short_float = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <typename T>
inline constexpr bool is_float_type = std::is_floating_point_v<T> || is_short_float<T>;

// What a kernel computes with: float for 16-bit floats, else the type itself.
template <typename T>
using Compute = std::conditional_t<is_short_float<T>, float, T>;
// What sums are accumulated in.
template <typename T>
using Accumulate = std::conditional_t<is_float_type<T>, double,
                                      std::conditional_t<is_complex_type<T>, std::complex<double>, std::int64_t>>;

template <typename T>
consteval DType dtype_number() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::kUInt8;
  if constexpr (std::is_same_v<T, std::int8_t>) return DType::kInt8;
  if constexpr (std::is_same_v<T, std::int16_t>) return DType::kInt16;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::kInt32;
  if constexpr (std::is_same_v<T, std::int64_t>) return DType::kInt64;
  if constexpr (std::is_same_v<T, std::uint16_t>) return DType::kUInt16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return DType::kUInt32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return DType::kUInt64;
  if constexpr (std::is_same_v<T, Half>) return DType::kFloat16;
  if constexpr (std::is_same_v<T, BFloat16>) return DType::kBFloat16;
  if constexpr (std::is_same_v<T, float>) return DType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return DType::kFloat64;
  if constexpr (std::is_same_v<T, bool>) return DType::kBool;
  if constexpr (std::is_same_v<T, std::complex<float>>) return DType::kComplex64;
  if constexpr (std::is_same_v<T, std::complex<double>>) return DType::kComplex128;
}
template <typename T>
inline constexpr DType dtype_of = dtype_number<T>();

// "Float", "Long", ...: c10's names, which ATen's messages use.
const char* scalar_type_name(DType dtype) noexcept;
inline bool is_complex(DType d) {
  return d == DType::kComplex64 || d == DType::kComplex128 || d == DType::kComplexHalf;
}
inline bool is_floating(DType d) {
  return d == DType::kFloat32 || d == DType::kFloat64 || d == DType::kFloat16 || d == DType::kBFloat16;
}
inline bool is_integral(DType d) { return !is_complex(d) && !is_floating(d) && d != DType::kBool; }

[[noreturn]] inline void fail_dtype(const char* op, DType dtype) {
  fail_not_implemented("\"", op, "\" not implemented for '", scalar_type_name(dtype), "'");
}

template <typename F>
void dispatch_floating(DType dtype, const char* op, F&& f) {
  switch (dtype) {
    case DType::kFloat32:
      return f(Type<float>{});
    case DType::kFloat64:
      return f(Type<double>{});
    case DType::kFloat16:
      return f(Type<Half>{});
    case DType::kBFloat16:
      return f(Type<BFloat16>{});
    default:
      fail_dtype(op, dtype);
  }
}

template <typename F>
void dispatch_integral(DType dtype, const char* op, F&& f) {
  switch (dtype) {
    case DType::kUInt8:
      return f(Type<std::uint8_t>{});
    case DType::kInt8:
      return f(Type<std::int8_t>{});
    case DType::kInt16:
      return f(Type<std::int16_t>{});
    case DType::kInt32:
      return f(Type<std::int32_t>{});
    case DType::kInt64:
      return f(Type<std::int64_t>{});
    default:
      fail_dtype(op, dtype);
  }
}

// Integers and bool.
template <typename F>
void dispatch_discrete(DType dtype, const char* op, F&& f) {
  if (dtype == DType::kBool) return f(Type<bool>{});
  dispatch_integral(dtype, op, f);
}

template <typename F>
void dispatch_complex(DType dtype, const char* op, F&& f) {
  switch (dtype) {
    case DType::kComplex64:
      return f(Type<std::complex<float>>{});
    case DType::kComplex128:
      return f(Type<std::complex<double>>{});
    default:
      fail_dtype(op, dtype);
  }
}

template <typename F>
void dispatch_floating_or_complex(DType dtype, const char* op, F&& f) {
  if (is_complex(dtype)) return dispatch_complex(dtype, op, f);
  dispatch_floating(dtype, op, f);
}

// Floats and integers, without bool.
template <typename F>
void dispatch_numeric(DType dtype, const char* op, F&& f) {
  if (is_floating(dtype)) return dispatch_floating(dtype, op, f);
  dispatch_integral(dtype, op, f);
}

template <typename F>
void dispatch_real(DType dtype, const char* op, F&& f) {
  if (dtype == DType::kBool) return f(Type<bool>{});
  dispatch_numeric(dtype, op, f);
}

template <typename F>
void dispatch_all(DType dtype, const char* op, F&& f) {
  if (is_complex(dtype)) return dispatch_complex(dtype, op, f);
  dispatch_real(dtype, op, f);
}

// Which dtypes an op is defined for.
enum class Domain : std::uint8_t { kAll, kReal, kNumeric, kFloating, kFloatingOrComplex, kDiscrete, kIntegral };

template <Domain D, typename F>
void dispatch(DType dtype, const char* op, F&& f) {
  if constexpr (D == Domain::kAll) dispatch_all(dtype, op, f);
  if constexpr (D == Domain::kReal) dispatch_real(dtype, op, f);
  if constexpr (D == Domain::kNumeric) dispatch_numeric(dtype, op, f);
  if constexpr (D == Domain::kFloating) dispatch_floating(dtype, op, f);
  if constexpr (D == Domain::kFloatingOrComplex) dispatch_floating_or_complex(dtype, op, f);
  if constexpr (D == Domain::kDiscrete) dispatch_discrete(dtype, op, f);
  if constexpr (D == Domain::kIntegral) dispatch_integral(dtype, op, f);
}

// For ops that only move elements: an unsigned type of the same size.
struct Bytes16 {
  std::uint64_t low, high;
};
template <typename F>
void dispatch_item_size(std::size_t bytes, F&& f) {
  switch (bytes) {
    case 1:
      return f(Type<std::uint8_t>{});
    case 2:
      return f(Type<std::uint16_t>{});
    case 4:
      return f(Type<std::uint32_t>{});
    case 8:
      return f(Type<std::uint64_t>{});
    case 16:
      return f(Type<Bytes16>{});
    default:
      fail("elements of ", bytes, " bytes are not known");
  }
}

// Conversion of one number as ATen's casts do it.
template <typename To, typename From>
inline To convert_number(From v) noexcept {
  if constexpr (std::is_same_v<To, From>) {
    return v;
  } else if constexpr (is_short_float<From>) {
    return convert_number<To>(static_cast<float>(v));
  } else if constexpr (is_complex_type<From>) {
    if constexpr (is_complex_type<To>) {
      return To(static_cast<typename To::value_type>(v.real()), static_cast<typename To::value_type>(v.imag()));
    } else if constexpr (std::is_same_v<To, bool>) {
      return v != From(0);
    } else {
      return convert_number<To>(v.real());
    }
  } else if constexpr (is_complex_type<To>) {
    return To(static_cast<typename To::value_type>(v), 0);
  } else if constexpr (std::is_same_v<To, bool>) {
    return v != From(0);
  } else if constexpr (is_short_float<To>) {
    return To(static_cast<float>(v));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) < 8) {
    return static_cast<To>(static_cast<std::int64_t>(v));  // negative numbers wrap in unsigned types
  } else {
    return static_cast<To>(v);
  }
}

}  // namespace portfire::kernels
