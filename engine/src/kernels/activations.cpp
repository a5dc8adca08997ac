// Activation functions and dropout; clamp.
#include <cmath>
#include <limits>
#include <numbers>

#include "arithmetic.h"
#include "families.h"
#include "mathematics.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

constexpr auto kPromoted = ResultKind::kPromoted;

// Most activations are defined for floats only and take parameters of the call: f(x) sees a float or a double.
template <typename F>
TensorRef activate(const char* name, const TensorRef& x, F f) {
  return run_unary<Domain::kFloating, kPromoted>(name, x, {}, f);
}

TensorRef relu(const TensorRef& a, const TensorRef& into) {
  if (a->dtype() == DType::kBool) fail("Boolean inputs not supported for relu");
  return run_unary<Domain::kNumeric, kPromoted>("relu", a, into, [](auto x) {
    using T = decltype(x);
    return x < T(0) ? T(0) : x;  // keeps NaN
  });
}

TensorRef silu(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloating, kPromoted>("silu", a, into, [](auto x) { return x / (1 + std::exp(-x)); });
}

TensorRef mish(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloating, kPromoted>("mish", a, into,
                                                 [](auto x) { return x * std::tanh(std::log1p(std::exp(x))); });
}

template <typename T>
T clamp_to(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}

TensorRef hardswish(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloating, kPromoted>("hardswish", a, into, [](auto x) {
    using T = decltype(x);
    return x * clamp_to<T>(x + 3, 0, 6) / 6;
  });
}

TensorRef hardsigmoid(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kFloating, kPromoted>("hardsigmoid", a, into, [](auto x) {
    using T = decltype(x);
    return clamp_to<T>(x + 3, 0, 6) / 6;
  });
}

TensorRef elu_with(const TensorRef& x, double alpha, double scale, double input_scale) {
  return activate("elu", x, [=](auto v) {
    using T = decltype(v);
    const auto negative = static_cast<T>(alpha * scale);
    return v <= 0 ? std::expm1(v * static_cast<T>(input_scale)) * negative : v * static_cast<T>(scale);
  });
}

constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

TensorRef elu(const Call& c) {
  return elu_with(tensor_at(c, 0), double_or(c, 1, 1), double_or(c, 2, 1), double_or(c, 3, 1));
}
TensorRef selu(const Call& c) { return elu_with(tensor_at(c, 0), kSeluAlpha, kSeluScale, 1); }
TensorRef celu(const Call& c) {
  const double alpha = double_or(c, 1, 1);
  if (alpha == 0) fail("ZeroDivisionError: alpha cannot be 0 for CELU");
  return elu_with(tensor_at(c, 0), alpha, 1, 1 / alpha);
}

TensorRef leaky_relu(const Call& c) {
  const double slope = double_or(c, 1, 0.01);
  return activate("leaky_relu", tensor_at(c, 0),
                  [slope](auto x) { return x > 0 ? x : x * static_cast<decltype(x)>(slope); });
}

// In evaluation, a leaky relu with the slope in the middle.
TensorRef rrelu(const Call& c) {
  if (bool_or(c, 3, false)) fail("the native kernel of rrelu supports evaluation only");
  const double slope = (double_or(c, 1, 0.125) + double_or(c, 2, 1.0 / 3)) / 2;
  return activate("rrelu", tensor_at(c, 0),
                  [slope](auto x) { return x > 0 ? x : x * static_cast<decltype(x)>(slope); });
}

TensorRef gelu(const Call& c) {
  const std::string approximate = string_or(c, 1, "none");
  if (approximate == "tanh") {
    return activate("gelu", tensor_at(c, 0), [](auto x) {
      using T = decltype(x);
      const T inner =
          static_cast<T>(std::numbers::sqrt2 * std::numbers::inv_sqrtpi) * (x + static_cast<T>(0.044715) * x * x * x);
      return T(0.5) * x * (T(1) + std::tanh(inner));
    });
  }
  if (approximate != "none") fail("approximate argument must be either none or tanh.");
  return activate("gelu", tensor_at(c, 0), [](auto x) {
    using T = decltype(x);
    return x * T(0.5) * (T(1) + std::erf(x * static_cast<T>(1 / std::numbers::sqrt2)));
  });
}

TensorRef softplus(const Call& c) {
  const double beta = double_or(c, 1, 1);
  const double threshold = double_or(c, 2, 20);
  return activate("softplus", tensor_at(c, 0), [=](auto x) {
    using T = decltype(x);
    const T scaled = x * static_cast<T>(beta);
    return scaled > static_cast<T>(threshold) ? x : std::log1p(std::exp(scaled)) / static_cast<T>(beta);
  });
}

TensorRef log_sigmoid(const Call& c) {
  return activate("log_sigmoid", contiguous(tensor_at(c, 0)), [](auto x) {
    using T = decltype(x);
    return std::min<T>(0, x) - std::log1p(std::exp(-std::abs(x)));
  });
}

TensorRef threshold_op(const Call& c) {
  const Scalar threshold = scalar_at(c, 1);
  const Scalar value = scalar_at(c, 2);
  return run_unary<Domain::kNumeric, kPromoted>("threshold", tensor_at(c, 0), {}, [=](auto x) {
    using T = decltype(x);
    return x <= threshold.to<T>() ? value.to<T>() : x;
  });
}

TensorRef hardshrink(const Call& c) {
  const double lambda = double_or(c, 1, 0.5);
  return activate("hardshrink", tensor_at(c, 0), [lambda](auto x) {
    using T = decltype(x);
    return x >= static_cast<T>(-lambda) && x <= static_cast<T>(lambda) ? T(0) : x;
  });
}

TensorRef softshrink(const Call& c) {
  const double lambda = double_or(c, 1, 0.5);
  if (lambda < 0) fail("lambda must be greater or equal to 0, but found to be ", lambda, ".");
  return activate("softshrink", tensor_at(c, 0), [lambda](auto x) {
    const auto l = static_cast<decltype(x)>(lambda);
    return x > l ? x - l : x < -l ? x + l : x * 0;  // keeps NaN
  });
}

TensorRef prelu(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  TensorRef weight = tensor_at(c, 1);
  if (weight->count() != 1) {
    const std::int64_t channels = x->rank() > 1 ? x->size(1) : 1;
    if (channels != weight->count()) {
      fail("Mismatch of parameter numbers and input channel size. Found parameter numbers = ", weight->count(),
           " and channel size = ", channels, ".");
    }
    Dims shape(static_cast<std::size_t>(x->rank()), 1);
    shape[1] = channels;
    weight = reshape(weight, shape);
  } else {
    weight = reshape(weight, Dims(static_cast<std::size_t>(x->rank()), 1));
  }
  return run_binary<Domain::kFloating, kPromoted>("prelu", x, weight, {},
                                                  [](auto v, auto w) { return v > 0 ? v : v * w; });
}

TensorRef glu(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  if (x->rank() == 0) fail("glu does not support 0-dimensional tensors");
  const std::int64_t dim = wrap_dim(int_or(c, 1, -1), x->rank());
  if (x->size(dim) % 2 != 0) fail("Halving dimension must be even, but dimension ", dim, " is size ", x->size(dim));
  const std::int64_t half = x->size(dim) / 2;
  return mul(narrow(x, dim, 0, half), sigmoid(narrow(x, dim, half, half)));
}

// NaN passes through; with min > max, max wins, as in torch.
template <typename T>
T clamp_number(T x, bool has_low, T low, bool has_high, T high) {
  if (has_low && x < low) x = low;
  if (has_high && x > high) x = high;
  return x;
}

TensorRef clamp_between(const TensorRef& x, std::optional<Scalar> low, std::optional<Scalar> high,
                        const TensorRef& into) {
  if (!low && !high) fail("torch.clamp: At least one of 'min' or 'max' must not be None");
  const TensorRef a = low ? wrapped_number(*low) : x;
  const TensorRef b = high ? wrapped_number(*high) : x;
  const DType dtype = result_type({x, a, b});
  const TensorRef input = convert(x, dtype);
  if (into && !can_cast(dtype, into->dtype())) {
    fail("result type ", scalar_type_name(dtype), " can't be cast to the desired output type ",
         scalar_type_name(into->dtype()));
  }
  const TensorRef out = run_unary<Domain::kNumeric, kPromoted>(
      "clamp", input, into && into->dtype() == dtype ? into : TensorRef(), [&](auto v) {
        using T = decltype(v);
        return clamp_number<T>(v, low.has_value(), low ? low->to<T>() : T(0), high.has_value(),
                               high ? high->to<T>() : T(0));
      });
  return finish(out, into);
}

TensorRef clamp_tensors(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const TensorRef low = optional_tensor_at(c, 1);
  const TensorRef high = optional_tensor_at(c, 2);
  if (!low && !high) fail("torch.clamp: At least one of 'min' or 'max' must not be None");
  const DType dtype = result_type({x, low ? low : x, high ? high : x});
  TensorRef out = convert(x, dtype);
  const auto larger = [](auto a, auto b) { return a != a ? a : b != b ? b : a > b ? a : b; };
  const auto smaller = [](auto a, auto b) { return a != a ? a : b != b ? b : a < b ? a : b; };
  if (low) out = run_binary<Domain::kReal, kPromoted>("clamp", out, convert(low, dtype), {}, larger);
  if (high) out = run_binary<Domain::kReal, kPromoted>("clamp", out, convert(high, dtype), {}, smaller);
  return out;
}

std::optional<Scalar> bound_at(const Call& c, std::size_t i) {
  return is_absent(c, i) ? std::nullopt : std::optional(scalar_at(c, i));
}
TensorRef clamp(const Call& c, const TensorRef& into) {
  return clamp_between(tensor_at(c, 0), bound_at(c, 1), bound_at(c, 2), into);
}
TensorRef clamp_min(const Call& c, const TensorRef& into) {
  return clamp_between(tensor_at(c, 0), bound_at(c, 1), {}, into);
}
TensorRef clamp_max(const Call& c, const TensorRef& into) {
  return clamp_between(tensor_at(c, 0), {}, bound_at(c, 1), into);
}
TensorRef hardtanh(const Call& c, const TensorRef& into) {
  const TensorRef x = tensor_at(c, 0);
  if (x->dtype() == DType::kBool) fail("Bool inputs not supported for hardtanh");
  if (x->dtype() == DType::kUInt8 && scalar_or(c, 1, Scalar(-1)).to<double>() < 0) {
    fail("cannot do hardtanh on an unsigned type with negative limits");
  }
  const auto bound = [&](std::size_t i, int otherwise) {
    const Scalar s = scalar_or(c, i, Scalar(otherwise));
    return is_integral(x->dtype()) ? Scalar(s.to<std::int64_t>()) : s;
  };
  return clamp_between(x, bound(1, -1), bound(2, 1), into);
}
TensorRef relu6(const Call& c, const TensorRef& into) {
  const TensorRef x = tensor_at(c, 0);
  if (x->dtype() == DType::kBool) fail("Bool inputs not supported for hardtanh");
  return clamp_between(x, Scalar(0), Scalar(6), into);
}

using ClampFunction = TensorRef (*)(const Call&, const TensorRef&);
template <ClampFunction F>
void clamped(Call& c) {
  c.set_result(as_value(F(c, {})));
}
template <ClampFunction F>
void clamped_in_place(Call& c) {
  F(c, tensor_at(c, 0));
  c.set_result(c[0]);
}

// Dropout is the identity outside of training; random numbers are not offered by these kernels.
TensorRef dropout(const Call& c) {
  const double p = double_at(c, 1);
  if (p < 0 || p > 1) fail("dropout probability has to be between 0 and 1, but got ", p);
  const TensorRef x = tensor_at(c, 0);
  if (!bool_or(c, 2, false) || p == 0) return x;
  if (p == 1) return mul(x, zeros(Dims{}, x->dtype()));
  fail("the native kernel of dropout supports evaluation only (training needs random numbers)");
}

}  // namespace

#define CALL_UNARY(name, arguments, f)                                                    \
  {"aten::" name "(Tensor self" arguments ") -> Tensor", functional<f>}, {                \
    "aten::" name "_(Tensor(a!) self" arguments ") -> Tensor(a!)", functional_in_place<f> \
  }
#define UNARY(op)                                                       \
  {"aten::" #op "(Tensor self) -> Tensor", unary<op>}, {                \
    "aten::" #op "_(Tensor(a!) self) -> Tensor(a!)", unary_in_place<op> \
  }
#define CLAMP(name, arguments, f)                                                      \
  {"aten::" name "(Tensor self" arguments ") -> Tensor", clamped<f>}, {                \
    "aten::" name "_(Tensor(a!) self" arguments ") -> Tensor(a!)", clamped_in_place<f> \
  }

KernelTable activation_kernels() {
  static constexpr OpEntry kTable[] = {
      UNARY(relu),
      UNARY(silu),
      UNARY(mish),
      UNARY(hardswish),
      UNARY(hardsigmoid),
      CLAMP("relu6", "", relu6),
      CLAMP("hardtanh", ", Scalar min_val=-1, Scalar max_val=1", hardtanh),
      CLAMP("clamp", ", Scalar? min=None, Scalar? max=None", clamp),
      CLAMP("clip", ", Scalar? min=None, Scalar? max=None", clamp),
      CLAMP("clamp_min", ", Scalar min", clamp_min),
      CLAMP("clamp_max", ", Scalar max", clamp_max),
      CALL_UNARY("elu", ", Scalar alpha=1, Scalar scale=1, Scalar input_scale=1", elu),
      CALL_UNARY("selu", "", selu),
      CALL_UNARY("celu", ", Scalar alpha=1.0", celu),
      CALL_UNARY("leaky_relu", ", Scalar negative_slope=0.01", leaky_relu),
      CALL_UNARY("gelu", ", *, str approximate=\"none\"", gelu),
      CALL_UNARY("threshold", ", Scalar threshold, Scalar value", threshold_op),
      {"aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? "
       "generator=None) -> Tensor",
       functional<rrelu>},
      {"aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", functional<softplus>},
      {"aten::log_sigmoid(Tensor self) -> Tensor", functional<log_sigmoid>},
      {"aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", functional<hardshrink>},
      {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", functional<softshrink>},
      {"aten::prelu(Tensor self, Tensor weight) -> Tensor", functional<prelu>},
      {"aten::glu(Tensor self, int dim=-1) -> Tensor", functional<glu>},
      {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", functional<clamp_tensors>},
      {"aten::clamp_.Tensor(Tensor(a!) self, Tensor? min=None, Tensor? max=None) -> Tensor(a!)",
       functional_in_place<clamp_tensors>},
      {"aten::clip.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", functional<clamp_tensors>},
      {"aten::dropout(Tensor input, float p, bool train) -> Tensor", functional<dropout>},
      {"aten::dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", functional_in_place<dropout>},
      {"aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", functional<dropout>},
      {"aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", functional<dropout>},
      {"aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", functional<dropout>},
  };
  return kTable;
}

#undef CALL_UNARY
#undef UNARY
#undef CLAMP

}  // namespace portfire::kernels
