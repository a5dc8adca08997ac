// Functions of one number: exponentials, trigonometry, rounding, sign.
#include "mathematics.h"

#include <cmath>

#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

constexpr auto kPromoted = ResultKind::kPromoted;
constexpr auto kFloating = ResultKind::kFloating;

// A function of C++ that also knows complex numbers, and one that does not.
#define COMPLEX_FUNCTION(op)                                                                                  \
  TensorRef op(const TensorRef& a, const TensorRef& into) {                                                   \
    return run_unary<Domain::kFloatingOrComplex, kFloating>(#op, a, into, [](auto x) { return std::op(x); }); \
  }
#define REAL_FUNCTION(op)                                                                            \
  TensorRef op(const TensorRef& a, const TensorRef& into) {                                          \
    return run_unary<Domain::kFloating, kFloating>(#op, a, into, [](auto x) { return std::op(x); }); \
  }

COMPLEX_FUNCTION(exp)
COMPLEX_FUNCTION(log)
COMPLEX_FUNCTION(log10)
COMPLEX_FUNCTION(sqrt)
COMPLEX_FUNCTION(sin)
COMPLEX_FUNCTION(cos)
COMPLEX_FUNCTION(tan)
COMPLEX_FUNCTION(asin)
COMPLEX_FUNCTION(acos)
COMPLEX_FUNCTION(atan)
COMPLEX_FUNCTION(sinh)
COMPLEX_FUNCTION(cosh)
COMPLEX_FUNCTION(asinh)
COMPLEX_FUNCTION(acosh)
COMPLEX_FUNCTION(atanh)
REAL_FUNCTION(exp2)
REAL_FUNCTION(expm1)
REAL_FUNCTION(log2)
REAL_FUNCTION(log1p)
REAL_FUNCTION(erf)
REAL_FUNCTION(erfc)
REAL_FUNCTION(lgamma)

#undef COMPLEX_FUNCTION
#undef REAL_FUNCTION

TensorRef rsqrt(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloatingOrComplex, kFloating>("rsqrt", a, into,
                                                          [](auto x) { return decltype(x)(1) / std::sqrt(x); });
}
TensorRef reciprocal(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloatingOrComplex, kFloating>("reciprocal", a, into,
                                                          [](auto x) { return decltype(x)(1) / x; });
}

TensorRef neg(const TensorRef& a, const TensorRef& into) {
  if (a->dtype() == DType::kBool) {
    fail(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
        "`~` "
        "or `logical_not()` operator instead.");
  }
  return run_unary<Domain::kAll, kPromoted>("neg", a, into, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return static_cast<decltype(x)>(std::uint64_t{0} - static_cast<std::uint64_t>(x));
    } else {
      return -x;
    }
  });
}

TensorRef complex_abs(const TensorRef& a) {
  TensorRef out = empty_result(a->shape(), {a.get()}, real_type(a->dtype()));
  dispatch_complex(a->dtype(), "abs", [&]<typename T>(Type<T>) {
    map_elements<T, typename T::value_type>(*out, *a, [](T x) { return std::abs(x); });
  });
  return out;
}

TensorRef abs(const TensorRef& a, const TensorRef& into) {
  if (is_complex(a->dtype())) {
    if (into) fail("In-place abs is not supported for complex tensors.");
    return complex_abs(a);
  }
  return run_unary<Domain::kNumeric, kPromoted>("abs_cpu", a, into, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) {
      return std::abs(x);
    } else if constexpr (std::is_signed_v<T>) {
      return x < 0 ? static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(x)) : x;
    } else {
      return x;
    }
  });
}

TensorRef sign(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kReal, kPromoted>("sign", a, into, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_same_v<T, bool>) {
      return x;
    } else {
      return static_cast<T>(static_cast<int>(T(0) < x) - static_cast<int>(x < T(0)));
    }
  });
}

// Rounding leaves integers as they are.
template <typename F>
TensorRef round_with(const char* name, const TensorRef& a, const TensorRef& into, F f) {
  return run_unary<Domain::kNumeric, kPromoted>(name, a, into, [f](auto x) {
    if constexpr (std::is_floating_point_v<decltype(x)>) {
      return f(x);
    } else {
      return x;
    }
  });
}
TensorRef floor(const TensorRef& a, const TensorRef& into) {
  return round_with("floor", a, into, [](auto x) { return std::floor(x); });
}
TensorRef ceil(const TensorRef& a, const TensorRef& into) {
  return round_with("ceil", a, into, [](auto x) { return std::ceil(x); });
}
TensorRef trunc(const TensorRef& a, const TensorRef& into) {
  return round_with("trunc", a, into, [](auto x) { return std::trunc(x); });
}
TensorRef round(const TensorRef& a, const TensorRef& into) {
  return round_with("round", a, into, [](auto x) { return std::nearbyint(x); });
}
TensorRef frac(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloating, kPromoted>("frac", a, into, [](auto x) { return x - std::trunc(x); });
}
TensorRef positive(const TensorRef& a, const TensorRef&) {
  if (a->dtype() == DType::kBool) fail("The `+` operator, on a bool tensor is not supported.");
  return a;
}

TensorRef round_decimals(const Call& c) {
  const std::int64_t decimals = int_or(c, 1, 0);
  const double scale = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  const bool is_negative = decimals < 0;
  return round_with("round", tensor_at(c, 0), {}, [=](auto x) {
    const auto s = static_cast<decltype(x)>(scale);
    return is_negative ? std::nearbyint(x / s) * s : std::nearbyint(x * s) / s;
  });
}

TensorRef nan_to_num(const Call& c) {
  const TensorRef a = tensor_at(c, 0);
  if (!is_floating(a->dtype())) return clone(a);
  TensorRef out = empty_result(a->shape(), {a.get()}, a->dtype());
  dispatch_floating(a->dtype(), "nan_to_num", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    const double largest = a->dtype() == DType::kFloat16    ? 65504.0
                           : a->dtype() == DType::kBFloat16 ? 3.3895313892515355e+38
                                                            : static_cast<double>(std::numeric_limits<C>::max());
    const auto nan = static_cast<C>(double_or(c, 1, 0.0));
    const auto high = static_cast<C>(double_or(c, 2, largest));
    const auto low = static_cast<C>(double_or(c, 3, -largest));
    map_elements<T, T>(*out, *a, [=](C x) { return std::isnan(x) ? nan : std::isinf(x) ? (x > 0 ? high : low) : x; });
  });
  return out;
}

}  // namespace

TensorRef sigmoid(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloatingOrComplex, kFloating>("sigmoid", a, into, [](auto x) {
    using T = decltype(x);
    return T(1) / (T(1) + std::exp(-x));
  });
}

TensorRef tanh(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloatingOrComplex, kFloating>("tanh", a, into, [](auto x) { return std::tanh(x); });
}

#define UNARY(op)                                                       \
  {"aten::" #op "(Tensor self) -> Tensor", unary<op>}, {                \
    "aten::" #op "_(Tensor(a!) self) -> Tensor(a!)", unary_in_place<op> \
  }

KernelTable math_kernels() {
  static constexpr OpEntry kTable[] = {
      UNARY(exp),
      UNARY(exp2),
      UNARY(expm1),
      UNARY(log),
      UNARY(log2),
      UNARY(log10),
      UNARY(log1p),
      UNARY(sqrt),
      UNARY(rsqrt),
      UNARY(reciprocal),
      UNARY(sin),
      UNARY(cos),
      UNARY(tan),
      UNARY(asin),
      UNARY(acos),
      UNARY(atan),
      UNARY(sinh),
      UNARY(cosh),
      UNARY(tanh),
      UNARY(asinh),
      UNARY(acosh),
      UNARY(atanh),
      UNARY(erf),
      UNARY(erfc),
      UNARY(lgamma),
      UNARY(sigmoid),
      UNARY(neg),
      UNARY(abs),
      UNARY(sign),
      UNARY(floor),
      UNARY(ceil),
      UNARY(trunc),
      UNARY(round),
      UNARY(frac),
      {"aten::special_erf(Tensor self) -> Tensor", unary<erf>},
      {"aten::special_expm1(Tensor self) -> Tensor", unary<expm1>},
      {"aten::negative(Tensor self) -> Tensor", unary<neg>},
      {"aten::absolute(Tensor self) -> Tensor", unary<abs>},
      {"aten::fix(Tensor self) -> Tensor", unary<trunc>},
      {"aten::positive(Tensor(a) self) -> Tensor(a)", unary<positive>},
      {"aten::round.decimals(Tensor self, *, int decimals) -> Tensor", functional<round_decimals>},
      {"aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
       functional<nan_to_num>},
  };
  return kTable;
}

#undef UNARY

}  // namespace portfire::kernels
