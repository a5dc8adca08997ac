// add, sub, mul, div in their rounding modes, remainders, powers, maximum and minimum.
#include "arithmetic.h"

#include <cmath>
#include <limits>

#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

// Integers wrap around, as in torch; signed overflow would be undefined in C++.
template <typename T>
using Wrapping = std::conditional_t<sizeof(T) <= 4, std::uint32_t, std::uint64_t>;

template <typename T>
T wrapping_mul(T x, T y) {
  if constexpr (std::is_same_v<T, bool>) {
    return x && y;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(y));
  } else {
    return x * y;
  }
}

template <typename T>
T add_scaled_numbers(T x, T y, T alpha) {
  if constexpr (std::is_same_v<T, bool>) {
    return x || (y && alpha);
  } else if constexpr (std::is_integral_v<T>) {
    using U = Wrapping<T>;
    return static_cast<T>(static_cast<U>(x) + static_cast<U>(y) * static_cast<U>(alpha));
  } else {
    return x + y * alpha;
  }
}

void check_alpha(DType compute, const Scalar& alpha) {
  if (alpha.kind() == Scalar::Kind::kBool && compute != DType::kBool)
    fail("Boolean alpha only supported for Boolean results.");
  if (!alpha.is_discrete() && !is_floating(compute) && !is_complex(compute)) {
    fail("For integral input tensors, argument alpha must not be a floating point number.");
  }
  if (alpha.is_complex() && !is_complex(compute))
    fail("For non-complex input tensors, argument alpha must not be a complex number.");
}

template <typename T>
void check_divisor(T y) {
  if (y == T(0)) fail("ZeroDivisionError");
}

template <typename T>
T divide_floor(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    if (y == 0) return x / y;
    const T rest = std::fmod(x, y);
    T quotient = (x - rest) / y;
    if (rest != 0 && (y < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T(0), x / y);
    const T floored = std::floor(quotient);
    return quotient - floored > T(0.5) ? floored + 1 : floored;
  } else {
    check_divisor(y);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return wrapping_mul<T>(x, y);
    }
    const T quotient = static_cast<T>(x / y);
    return x % y != 0 && (x < 0) != (y < 0) ? static_cast<T>(quotient - 1) : quotient;
  }
}

template <typename T>
T divide_trunc(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::trunc(x / y);
  } else {
    check_divisor(y);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return wrapping_mul<T>(x, y);
    }
    return static_cast<T>(x / y);
  }
}

template <typename T>
T python_remainder(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(x, y);
    return rest != 0 && (y < 0) != (rest < 0) ? rest + y : rest;
  } else {
    check_divisor(y);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return 0;
    }
    const T rest = static_cast<T>(x % y);
    return rest != 0 && (y < 0) != (rest < 0) ? static_cast<T>(rest + y) : rest;
  }
}

template <typename T>
T c_remainder(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(x, y);
  } else {
    check_divisor(y);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return 0;
    }
    return static_cast<T>(x % y);
  }
}

template <typename T>
T power(T x, T y) {
  if constexpr (std::is_same_v<T, bool>) {
    return x || !y;
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) {
      if (y < 0) return x == 1 ? T(1) : x == T(-1) ? (y % 2 != 0 ? T(-1) : T(1)) : T(0);
    }
    T result = 1;
    for (; y > 0; y = static_cast<T>(y / 2), x = wrapping_mul(x, x)) {
      if (y % 2 != 0) result = wrapping_mul(result, x);
    }
    return result;
  } else {
    return std::pow(x, y);
  }
}

template <typename T>
T larger(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(x)) return x;
    if (std::isnan(y)) return y;
  }
  return x > y ? x : y;
}

template <typename T>
T smaller(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(x)) return x;
    if (std::isnan(y)) return y;
  }
  return x < y ? x : y;
}

constexpr auto kPromoted = ResultKind::kPromoted;

}  // namespace

TensorRef add_scaled(const TensorRef& a, const TensorRef& b, const Scalar& alpha, const TensorRef& into) {
  const PointwisePlan plan = plan_binary(a, b, into, kPromoted);
  check_alpha(plan.compute, alpha);
  dispatch_all(plan.compute, "add", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    const C factor = alpha.to<C>();
    if (factor == C(1)) {
      map_elements<T, T>(*plan.out, *plan.a, *plan.b, [](C x, C y) { return add_scaled_numbers<C>(x, y, C(1)); });
    } else {
      map_elements<T, T>(*plan.out, *plan.a, *plan.b,
                         [factor](C x, C y) { return add_scaled_numbers<C>(x, y, factor); });
    }
  });
  return finish(plan.out, into);
}

TensorRef add(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return add_scaled(a, b, Scalar(1), into);
}

TensorRef sub(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return add_scaled(a, b, Scalar(-1), into);
}

TensorRef mul(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kAll, kPromoted>("mul", a, b, into, [](auto x, auto y) { return wrapping_mul(x, y); });
}

TensorRef div(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kFloatingOrComplex, ResultKind::kFloating>("div", a, b, into,
                                                                       [](auto x, auto y) { return x / y; });
}

namespace {

TensorRef subtract_scaled(const TensorRef& a, const TensorRef& b, const Scalar& alpha, const TensorRef& into) {
  if (a->dtype() == DType::kBool && b->dtype() == DType::kBool) {
    fail(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
        "operator instead.");
  }
  if (a->dtype() == DType::kBool || b->dtype() == DType::kBool) {
    fail(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead.");
  }
  const Scalar negated = alpha.is_complex()    ? Scalar(-alpha.to<std::complex<double>>())
                         : alpha.is_discrete() ? Scalar(-alpha.to<std::int64_t>())
                                               : Scalar(-alpha.to<double>());
  return add_scaled(a, b, negated, into);
}

TensorRef floor_divide(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kNumeric, kPromoted>("div_floor", a, b, into,
                                                 [](auto x, auto y) { return divide_floor(x, y); });
}

TensorRef trunc_divide(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kNumeric, kPromoted>("div_trunc", a, b, into,
                                                 [](auto x, auto y) { return divide_trunc(x, y); });
}

TensorRef remainder(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kNumeric, kPromoted>("remainder", a, b, into,
                                                 [](auto x, auto y) { return python_remainder(x, y); });
}

TensorRef fmod(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kNumeric, kPromoted>("fmod", a, b, into, [](auto x, auto y) { return c_remainder(x, y); });
}

TensorRef maximum(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kReal, kPromoted>("maximum", a, b, into, [](auto x, auto y) { return larger(x, y); });
}

TensorRef minimum(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kReal, kPromoted>("minimum", a, b, into, [](auto x, auto y) { return smaller(x, y); });
}

TensorRef atan2(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kFloating, ResultKind::kFloating>("atan2", a, b, into,
                                                              [](auto x, auto y) { return std::atan2(x, y); });
}

TensorRef pow(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  if (result_type({a, b}) == DType::kBool) fail_dtype("pow", DType::kBool);
  return run_binary<Domain::kAll, kPromoted>("pow", a, b, into, [](auto x, auto y) { return power(x, y); });
}

TensorRef multiply_by_itself(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kAll, kPromoted>("pow", a, into, [](auto x) { return wrapping_mul(x, x); });
}

TensorRef power_of_scalar(const TensorRef& a, const Scalar& exponent, const TensorRef& into) {
  const TensorRef wrapped = wrapped_number(exponent);
  const DType result = result_type({a, wrapped});
  if (exponent.is_discrete() && exponent.to<std::int64_t>() < 0 && is_integral(result)) {
    fail("Integers to negative integer powers are not allowed.");
  }
  if (!exponent.is_complex() && exponent.to<double>() == 2.0 && result == a->dtype())
    return multiply_by_itself(a, into);
  return pow(a, wrapped, into);
}

TensorRef square(const TensorRef& a, const TensorRef& into) { return power_of_scalar(a, Scalar(2), into); }

TensorRef divide_rounded(const TensorRef& a, const TensorRef& b, const std::string& mode, const TensorRef& into) {
  if (mode == "trunc") return trunc_divide(a, b, into);
  if (mode == "floor") return floor_divide(a, b, into);
  if (mode.empty()) return div(a, b, into);
  fail("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", mode, "'");
}

TensorRef second(const Call& c) { return c[1].is_tensor() ? tensor_at(c, 1) : wrapped_number(scalar_at(c, 1)); }

using ScaledFunction = TensorRef (*)(const TensorRef&, const TensorRef&, const Scalar&, const TensorRef&);

template <ScaledFunction F>
void scaled(Call& c) {
  c.set_result(as_value(F(tensor_at(c, 0), second(c), scalar_or(c, 2, Scalar(1)), {})));
}
template <ScaledFunction F>
void scaled_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  F(self, second(c), scalar_or(c, 2, Scalar(1)), self);
  c.set_result(c[0]);
}
void reversed_sub(Call& c) {
  c.set_result(as_value(subtract_scaled(second(c), tensor_at(c, 0), scalar_or(c, 2, Scalar(1)), {})));
}
void div_mode(Call& c) { c.set_result(as_value(divide_rounded(tensor_at(c, 0), second(c), string_or(c, 2, ""), {}))); }
void div_mode_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  divide_rounded(self, second(c), string_or(c, 2, ""), self);
  c.set_result(c[0]);
}
void pow_tensor_scalar(Call& c) { c.set_result(as_value(power_of_scalar(tensor_at(c, 0), scalar_at(c, 1), {}))); }
void pow_tensor_scalar_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  power_of_scalar(self, scalar_at(c, 1), self);
  c.set_result(c[0]);
}

// self + value * tensor1 (* or /) tensor2
TensorRef addcmul(const Call& c) {
  return add_scaled(tensor_at(c, 0), mul(tensor_at(c, 1), tensor_at(c, 2)), scalar_or(c, 3, Scalar(1)));
}
TensorRef addcdiv(const Call& c) {
  return add_scaled(tensor_at(c, 0), div(tensor_at(c, 1), tensor_at(c, 2)), scalar_or(c, 3, Scalar(1)));
}
TensorRef lerp(const Call& c) {
  const TensorRef start = tensor_at(c, 0);
  const TensorRef weight = c[2].is_tensor() ? tensor_at(c, 2) : wrapped_number(scalar_at(c, 2));
  return add(start, mul(weight, sub(tensor_at(c, 1), start)));
}

}  // namespace

KernelTable arithmetic_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", scaled<add_scaled>},
      {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", scaled<add_scaled>},
      {"aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
       scaled_in_place<add_scaled>},
      {"aten::add_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!)", scaled_in_place<add_scaled>},
      {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", scaled<subtract_scaled>},
      {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", scaled<subtract_scaled>},
      {"aten::sub_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
       scaled_in_place<subtract_scaled>},
      {"aten::sub_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!)",
       scaled_in_place<subtract_scaled>},
      {"aten::subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", scaled<subtract_scaled>},
      {"aten::subtract.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", scaled<subtract_scaled>},
      {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", reversed_sub},
      {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", reversed_sub},
      {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<mul>},
      {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<mul>},
      {"aten::mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<mul>},
      {"aten::mul_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<mul>},
      {"aten::multiply.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<mul>},
      {"aten::multiply.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<mul>},
      {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<div>},
      {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<div>},
      {"aten::div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<div>},
      {"aten::div_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<div>},
      {"aten::divide.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<div>},
      {"aten::divide.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<div>},
      {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<div>},
      {"aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<div>},
      {"aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", div_mode},
      {"aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", div_mode},
      {"aten::div_.Tensor_mode(Tensor(a!) self, Tensor other, *, str? rounding_mode) -> Tensor(a!)", div_mode_in_place},
      {"aten::div_.Scalar_mode(Tensor(a!) self, Scalar other, *, str? rounding_mode) -> Tensor(a!)", div_mode_in_place},
      {"aten::floor_divide(Tensor self, Tensor other) -> Tensor", tensor_tensor<floor_divide>},
      {"aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<floor_divide>},
      {"aten::floor_divide_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<floor_divide>},
      {"aten::floor_divide_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<floor_divide>},
      {"aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<remainder>},
      {"aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<remainder>},
      {"aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", scalar_and_tensor<remainder>},
      {"aten::remainder_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<remainder>},
      {"aten::remainder_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<remainder>},
      {"aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<fmod>},
      {"aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<fmod>},
      {"aten::fmod_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<fmod>},
      {"aten::fmod_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<fmod>},
      {"aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", tensor_tensor<pow>},
      {"aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", pow_tensor_scalar},
      {"aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", scalar_and_tensor<pow>},
      {"aten::pow_.Tensor(Tensor(a!) self, Tensor exponent) -> Tensor(a!)", tensor_tensor_in_place<pow>},
      {"aten::pow_.Scalar(Tensor(a!) self, Scalar exponent) -> Tensor(a!)", pow_tensor_scalar_in_place},
      {"aten::square(Tensor self) -> Tensor", unary<square>},
      {"aten::square_(Tensor(a!) self) -> Tensor(a!)", unary_in_place<square>},
      {"aten::maximum(Tensor self, Tensor other) -> Tensor", tensor_tensor<maximum>},
      {"aten::minimum(Tensor self, Tensor other) -> Tensor", tensor_tensor<minimum>},
      {"aten::max.other(Tensor self, Tensor other) -> Tensor", tensor_tensor<maximum>},
      {"aten::min.other(Tensor self, Tensor other) -> Tensor", tensor_tensor<minimum>},
      {"aten::atan2(Tensor self, Tensor other) -> Tensor", tensor_tensor<atan2>},
      {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", functional<addcmul>},
      {"aten::addcmul_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!)",
       functional_in_place<addcmul>},
      {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", functional<addcdiv>},
      {"aten::addcdiv_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!)",
       functional_in_place<addcdiv>},
      {"aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", functional<lerp>},
      {"aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", functional<lerp>},
  };
  return kTable;
}

}  // namespace portfire::kernels
