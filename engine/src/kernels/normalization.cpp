// batch_norm, instance_norm, layer_norm, group_norm, rms_norm.
#include "normalization.h"

#include <cmath>

#include "arithmetic.h"
#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// Statistics of one run, in double: large means would eat the variance in float32.
struct Statistics {
  double mean, variance;
};

template <typename T>
Statistics statistics_of(const T* p, std::int64_t n) {
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) total += static_cast<double>(static_cast<Compute<T>>(p[i]));
  const double mean = total / static_cast<double>(n);
  double squares = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(static_cast<Compute<T>>(p[i])) - mean;
    squares += d * d;
  }
  return {mean, squares / static_cast<double>(n)};
}

// A parameter in float32 / float64, or null: reduced precision inputs may come with parameters of either precision.
TensorRef parameter(const TensorRef& t, DType dtype) { return t ? contiguous_as(t, dtype) : t; }
DType parameter_type(DType d) { return d == DType::kFloat64 ? d : DType::kFloat32; }
template <typename C>
C value_or(const TensorRef& t, std::int64_t i, C otherwise) {
  return t ? t->ptr<C>()[i] : otherwise;
}

void check_parameter(const TensorRef& t, std::int64_t channels, const char* name) {
  if (t && t->count() != channels) fail(name, " should contain ", channels, " elements not ", t->count());
}

// Sizes of x as (batch, channels, the rest).
struct ChannelView {
  std::int64_t batch, channels, inner;
};
ChannelView channel_view(const NativeTensor& x) {
  std::int64_t inner = 1;
  for (std::int64_t d = 2; d < x.rank(); ++d) inner *= x.size(d);
  return {x.size(0), x.size(1), inner};
}

template <typename T>
Statistics channel_statistics(const T* x, const ChannelView& v, std::int64_t channel) {
  double total = 0;
  double squares = 0;
  const auto count = static_cast<double>(v.batch * v.inner);
  const auto each = [&](auto f) {
    for (std::int64_t b = 0; b < v.batch; ++b) {
      const T* p = x + (b * v.channels + channel) * v.inner;
      for (std::int64_t i = 0; i < v.inner; ++i) f(static_cast<double>(static_cast<Compute<T>>(p[i])));
    }
  };
  each([&](double value) { total += value; });
  const double mean = total / count;
  each([&](double value) { squares += (value - mean) * (value - mean); });
  return {mean, squares / count};
}

struct BatchNormArguments {
  TensorRef x, weight, bias, running_mean, running_var;
  bool training;
  double momentum, eps;
};

void blend_running(const TensorRef& running, std::int64_t channel, double value, double momentum) {
  if (!running) return;
  const TensorRef slot = select(running, 0, channel);
  const double old = read_element(*slot, 0).to<double>();
  fill(*slot, Scalar((1 - momentum) * old + momentum * value));
}

Normalized batch_norm(const BatchNormArguments& a) {
  if (a.x->rank() < 2) fail("batch_norm: expected an input of at least 2 dimensions, got ", a.x->rank());
  const TensorRef x = contiguous(a.x);
  const ChannelView v = channel_view(*x);
  check_parameter(a.weight, v.channels, "weight");
  check_parameter(a.bias, v.channels, "bias");
  check_parameter(a.running_mean, v.channels, "running_mean");
  check_parameter(a.running_var, v.channels, "running_var");
  if (!a.training && (!a.running_mean || !a.running_var)) fail("running_mean must be defined in evaluation mode");
  const std::int64_t count = v.batch * v.inner;
  if (a.training && count <= 1 && v.channels > 0) {
    fail_value("Expected more than 1 value per channel when training, got input size ", shape_text(x->sizes()));
  }
  const DType wide = parameter_type(x->dtype());
  const TensorRef weight = parameter(a.weight, wide);
  const TensorRef bias = parameter(a.bias, wide);
  const TensorRef mean = parameter(a.running_mean, wide);
  const TensorRef variance = parameter(a.running_var, wide);
  const std::int64_t saved = a.training ? v.channels : 0;
  Normalized result{empty(x->shape(), x->dtype()), empty(Dims{saved}, wide), empty(Dims{saved}, wide)};
  dispatch_floating(x->dtype(), "batch_norm", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    for (std::int64_t channel = 0; channel < v.channels; ++channel) {
      Statistics s{0, 0};
      if (a.training) {
        s = channel_statistics(x->ptr<T>(), v, channel);
        blend_running(a.running_mean, channel, s.mean, a.momentum);
        blend_running(a.running_var, channel, s.variance * static_cast<double>(count) / static_cast<double>(count - 1),
                      a.momentum);
        result.mean->ptr<C>()[channel] = static_cast<C>(s.mean);
        result.rstd->ptr<C>()[channel] = static_cast<C>(1 / std::sqrt(s.variance + a.eps));
      } else {
        s = {static_cast<double>(mean->ptr<C>()[channel]), static_cast<double>(variance->ptr<C>()[channel])};
      }
      const double rstd = 1 / std::sqrt(s.variance + a.eps);
      const double factor = rstd * static_cast<double>(value_or<C>(weight, channel, 1));
      const auto scale = static_cast<C>(factor);
      const auto shift = static_cast<C>(static_cast<double>(value_or<C>(bias, channel, 0)) - s.mean * factor);
      for (std::int64_t b = 0; b < v.batch; ++b) {
        const std::int64_t at = (b * v.channels + channel) * v.inner;
        const T* from = x->ptr<T>() + at;
        T* to = result.out->ptr<T>() + at;
        for (std::int64_t i = 0; i < v.inner; ++i) to[i] = static_cast<C>(from[i]) * scale + shift;
      }
    }
  });
  return result;
}

BatchNormArguments batch_norm_arguments(const Call& c) {
  return {tensor_at(c, 0),          optional_tensor_at(c, 1), optional_tensor_at(c, 2), optional_tensor_at(c, 3),
          optional_tensor_at(c, 4), bool_or(c, 5, false),     double_or(c, 6, 0.1),     double_or(c, 7, 1e-5)};
}
TensorRef batch_norm_op(const Call& c) { return batch_norm(batch_norm_arguments(c)).out; }
void native_batch_norm_op(Call& c) {
  const Normalized n = batch_norm(batch_norm_arguments(c));
  set_results(c, {n.out, n.mean, n.rstd});
}

// Each (sample, channel) has its own statistics: a batch norm over (1, batch * channels, ...).
TensorRef instance_norm_op(const Call& c) {
  BatchNormArguments a = batch_norm_arguments(c);
  const TensorRef x = a.x;
  if (x->rank() < 2) fail("instance_norm: expected an input of at least 2 dimensions, got ", x->rank());
  const std::int64_t batch = x->size(0);
  const std::int64_t channels = x->size(1);
  const auto repeated = [&](const TensorRef& t) {
    return t ? contiguous(reshape(expand(unsqueeze(t, 0), Dims{batch, channels}), Dims{-1})) : t;
  };
  Dims merged = x->shape();
  merged.erase(0);
  merged[0] = batch * channels;
  merged.insert(0, 1);
  a.x = reshape(x, merged);
  a.weight = repeated(a.weight);
  a.bias = repeated(a.bias);
  const TensorRef running_mean = a.running_mean;
  const TensorRef running_var = a.running_var;
  a.running_mean = running_mean ? clone(repeated(running_mean)) : running_mean;
  a.running_var = running_var ? clone(repeated(running_var)) : running_var;
  const TensorRef out = reshape(batch_norm(a).out, x->shape());
  if (!a.training) return out;
  for (const auto& [all, kept] : {std::pair(a.running_mean, running_mean), std::pair(a.running_var, running_var)}) {
    if (!kept) continue;
    TensorRef total = zeros(Dims{channels}, kept->dtype());
    for (std::int64_t b = 0; b < batch; ++b) total = add(total, narrow(all, 0, b * channels, channels));
    copy_into(*kept, *div(total, wrapped_number(Scalar(static_cast<double>(batch)))));
  }
  return out;
}

// Rows of `n` elements; weight and bias have `n` elements (layer norm) or one per channel (group norm).
struct RowNorm {
  TensorRef x, weight, bias;
  std::int64_t rows, n;
  std::int64_t channels = 0;  // per row, when parameters are per channel
  std::int64_t groups = 1;
  double eps;
};

Normalized normalize_rows(const RowNorm& a) {
  const DType wide = parameter_type(a.x->dtype());
  const TensorRef weight = parameter(a.weight, wide);
  const TensorRef bias = parameter(a.bias, wide);
  Normalized result{empty(a.x->shape(), a.x->dtype()), empty(Dims{a.rows}, wide), empty(Dims{a.rows}, wide)};
  if (a.n == 0) return result;
  dispatch_floating(a.x->dtype(), "layer_norm", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    const std::int64_t run = a.channels > 0 ? a.n / a.channels : 1;
    for (std::int64_t r = 0; r < a.rows; ++r) {
      const T* from = a.x->ptr<T>() + r * a.n;
      T* to = result.out->ptr<T>() + r * a.n;
      const Statistics s = statistics_of(from, a.n);
      const auto mean = static_cast<C>(s.mean);
      const auto rstd = static_cast<C>(1 / std::sqrt(s.variance + a.eps));
      result.mean->ptr<C>()[r] = mean;
      result.rstd->ptr<C>()[r] = rstd;
      const std::int64_t first = a.channels > 0 ? r % a.groups * a.channels : 0;
      for (std::int64_t i = 0; i < a.n; ++i) {
        const std::int64_t at = first + i / run;
        to[i] = (static_cast<C>(from[i]) - mean) * rstd * value_or<C>(weight, at, 1) + value_or<C>(bias, at, 0);
      }
    }
  });
  return result;
}

void check_normalized_shape(const NativeTensor& x, const Dims& normalized, const TensorRef& weight,
                            const TensorRef& bias) {
  const std::int64_t kept = x.rank() - normalized.rank();
  const bool fits =
      kept >= 0 && !normalized.empty() && std::equal(normalized.begin(), normalized.end(), x.shape().begin() + kept);
  if (!fits) {
    fail("Given normalized_shape=", shape_text(normalized), ", expected input with shape [*, ",
         shape_text(normalized).substr(1), ", but got input of size", shape_text(x.sizes()));
  }
  for (const TensorRef& t : {weight, bias}) {
    if (t && t->shape() != normalized) {
      fail("Expected weight and bias to be of same shape as normalized_shape, but got ", shape_text(t->sizes()),
           " and normalized_shape = ", shape_text(normalized));
    }
  }
}

}  // namespace

Normalized layer_norm(const TensorRef& input, const Dims& normalized, const TensorRef& weight, const TensorRef& bias,
                      double eps) {
  check_normalized_shape(*input, normalized, weight, bias);
  const TensorRef x = contiguous(input);
  const std::int64_t n = element_count(normalized);
  Normalized result = normalize_rows({x, weight, bias, n == 0 ? 0 : x->count() / n, n, 0, 1, eps});
  Dims shape = x->shape();
  for (std::int64_t d = x->rank() - normalized.rank(); d < x->rank(); ++d) shape[d] = 1;
  if (n > 0) {
    result.mean = view(result.mean, shape);
    result.rstd = view(result.rstd, shape);
  }
  return result;
}

namespace {

Normalized layer_norm_at(const Call& c) {
  return layer_norm(tensor_at(c, 0), ints_at(c, 1), optional_tensor_at(c, 2), optional_tensor_at(c, 3),
                    double_or(c, 4, 1e-5));
}
TensorRef layer_norm_op(const Call& c) { return layer_norm_at(c).out; }
void native_layer_norm_op(Call& c) {
  const Normalized n = layer_norm_at(c);
  set_results(c, {n.out, n.mean, n.rstd});
}

TensorRef group_norm_op(const Call& c) {
  const TensorRef x = contiguous(tensor_at(c, 0));
  const std::int64_t groups = int_at(c, 1);
  if (x->rank() < 2) fail("Expected at least 2 dimensions for input tensor but received ", x->rank());
  if (groups <= 0) fail("Expected num groups to be greater than 0, got ", groups);
  if (x->size(1) % groups != 0) {
    fail("Expected number of channels in input to be divisible by num_groups, but got input of shape ",
         shape_text(x->sizes()), " and num_groups=", groups);
  }
  check_parameter(optional_tensor_at(c, 2), x->size(1), "weight");
  check_parameter(optional_tensor_at(c, 3), x->size(1), "bias");
  const std::int64_t rows = x->size(0) * groups;
  const std::int64_t n = rows == 0 ? 0 : x->count() / rows;
  return normalize_rows({x, optional_tensor_at(c, 2), optional_tensor_at(c, 3), rows, n, x->size(1) / groups, groups,
                         double_or(c, 4, 1e-5)})
      .out;
}

TensorRef rms_norm_op(const Call& c) {
  const TensorRef x = contiguous(tensor_at(c, 0));
  const Dims normalized = ints_at(c, 1);
  const TensorRef given = optional_tensor_at(c, 2);
  check_normalized_shape(*x, normalized, given, {});
  const DType wide = parameter_type(x->dtype());
  const TensorRef weight = parameter(given, wide);
  const double eps = double_or(c, 3, wide == DType::kFloat64 ? 2.220446049250313e-16 : 1.1920928955078125e-07);
  const std::int64_t n = element_count(normalized);
  TensorRef out = empty(x->shape(), x->dtype());
  dispatch_floating(x->dtype(), "rms_norm", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    for (std::int64_t at = 0; at < x->count(); at += n) {
      const T* from = x->ptr<T>() + at;
      double squares = 0;
      for (std::int64_t i = 0; i < n; ++i)
        squares += static_cast<double>(static_cast<C>(from[i])) * static_cast<double>(static_cast<C>(from[i]));
      const auto scale = static_cast<C>(1 / std::sqrt(squares / static_cast<double>(n) + eps));
      for (std::int64_t i = 0; i < n; ++i) {
        out->ptr<T>()[at + i] = convert_number<T>(static_cast<C>(from[i]) * scale * value_or<C>(weight, i, 1));
      }
    }
  });
  return out;
}

}  // namespace

KernelTable normalization_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool "
       "training, "
       "float momentum, float eps, bool cudnn_enabled) -> Tensor",
       functional<batch_norm_op>},
      {"aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, "
       "bool "
       "training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
       native_batch_norm_op},
      {"aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, "
       "bool "
       "use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor",
       functional<instance_norm_op>},
      {"aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float "
       "eps=1e-05, "
       "bool cudnn_enable=True) -> Tensor",
       functional<layer_norm_op>},
      {"aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> "
       "(Tensor, "
       "Tensor, Tensor)",
       native_layer_norm_op},
      {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool "
       "cudnn_enabled=True) -> Tensor",
       functional<group_norm_op>},
      {"aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
       functional<rms_norm_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
