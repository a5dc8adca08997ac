// sum, mean, prod, all, any, count_nonzero, norms, var, std, logsumexp.
#include <cmath>
#include <limits>

#include "families.h"
#include "reduce.h"

namespace portfire::kernels {
namespace {

using OptionalDims = std::optional<Dims>;

// Sums and products of integers are int64.
DType sum_type(DType d) { return is_floating(d) || is_complex(d) ? d : DType::kInt64; }

TensorRef sum_in(const TensorRef& self, const OptionalDims& dims, bool keepdim, std::optional<DType> dtype) {
  const DType result = dtype.value_or(sum_type(self->dtype()));
  const TensorRef x = convert(self, result);
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, result);
  dispatch_all(result, "sum", [&]<typename T>(Type<T>) {
    using A = Accumulate<T>;
    reduce_runs<T, T>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      return sum_of<A>(p, n, stride, [](T v) { return convert_number<A>(v); });
    });
  });
  return plan.out;
}

TensorRef mean_in(const TensorRef& self, const OptionalDims& dims, bool keepdim, std::optional<DType> dtype) {
  const DType result = dtype.value_or(self->dtype());
  if (!is_floating(result) && !is_complex(result)) {
    fail("mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ",
         scalar_type_name(result));
  }
  const TensorRef x = convert(self, result);
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, result);
  dispatch_floating_or_complex(result, "mean", [&]<typename T>(Type<T>) {
    using A = Accumulate<T>;
    reduce_runs<T, T>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      return sum_of<A>(p, n, stride, [](T v) { return convert_number<A>(v); }) / static_cast<A>(static_cast<double>(n));
    });
  });
  return plan.out;
}

TensorRef prod_in(const TensorRef& self, const OptionalDims& dims, bool keepdim, std::optional<DType> dtype) {
  const DType result = dtype.value_or(sum_type(self->dtype()));
  const TensorRef x = convert(self, result);
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, result);
  dispatch_all(result, "prod", [&]<typename T>(Type<T>) {
    using A = Accumulate<T>;
    reduce_runs<T, T>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      A product(1);
      for (std::int64_t i = 0; i < n; ++i) product *= convert_number<A>(p[i * stride]);
      return product;
    });
  });
  return plan.out;
}

// all: no element is false; any: one is true. `stops_at`: the truth value that decides. uint8 stays uint8, as in torch.
TensorRef quantify(const TensorRef& x, const OptionalDims& dims, bool keepdim, bool stops_at) {
  const DType result = x->dtype() == DType::kUInt8 ? DType::kUInt8 : DType::kBool;
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, result);
  dispatch_all(x->dtype(), "all", [&]<typename T>(Type<T>) {
    const auto decide = [stops_at](const T* p, std::int64_t n, std::int64_t stride) {
      for (std::int64_t i = 0; i < n; ++i) {
        if (convert_number<bool>(p[i * stride]) == stops_at) return stops_at;
      }
      return !stops_at;
    };
    if (result == DType::kUInt8) return reduce_runs<T, std::uint8_t>(plan, decide);
    reduce_runs<T, bool>(plan, decide);
  });
  return plan.out;
}

TensorRef count_nonzero(const TensorRef& x, const OptionalDims& dims) {
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), false, DType::kInt64);
  dispatch_all(x->dtype(), "count_nonzero", [&]<typename T>(Type<T>) {
    reduce_runs<T, std::int64_t>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      return sum_of<std::int64_t>(p, n, stride, [](T v) { return std::int64_t{convert_number<bool>(v)}; });
    });
  });
  return plan.out;
}

template <typename T>
double magnitude(T v) {
  if constexpr (is_complex_type<T>) {
    return std::abs(std::complex<double>(v));
  } else {
    return std::abs(static_cast<double>(static_cast<Compute<T>>(v)));
  }
}

template <typename T>
double vector_norm(const T* p, std::int64_t n, std::int64_t stride, double order) {
  if (order == 2) {
    return std::sqrt(sum_of<double>(p, n, stride, [](T v) { return magnitude(v) * magnitude(v); }));
  }
  if (order == 1) return sum_of<double>(p, n, stride, [](T v) { return magnitude(v); });
  if (order == 0) return sum_of<double>(p, n, stride, [](T v) { return magnitude(v) != 0 ? 1.0 : 0.0; });
  if (std::isinf(order)) {
    double best = order > 0 ? 0 : std::numeric_limits<double>::infinity();
    for (std::int64_t i = 0; i < n; ++i) {
      const double m = magnitude(p[i * stride]);
      if (std::isnan(m)) return m;
      best = order > 0 ? std::max(best, m) : std::min(best, m);
    }
    return best;
  }
  return std::pow(sum_of<double>(p, n, stride, [order](T v) { return std::pow(magnitude(v), order); }), 1 / order);
}

TensorRef norm_in(const TensorRef& self, double order, const OptionalDims& dims, bool keepdim,
                  std::optional<DType> dtype) {
  const TensorRef x = dtype ? convert(self, *dtype) : self;
  if (!is_floating(x->dtype()) && !is_complex(x->dtype())) {
    fail("linalg.vector_norm: Expected a floating point or complex tensor as input. Got ",
         scalar_type_name(x->dtype()));
  }
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, real_type(x->dtype()));
  dispatch_floating_or_complex(x->dtype(), "norm", [&]<typename T>(Type<T>) {
    const auto run = [order](const T* p, std::int64_t n, std::int64_t stride) {
      return vector_norm(p, n, stride, order);
    };
    if constexpr (is_complex_type<T>) {
      reduce_runs<T, typename T::value_type>(plan, run);
    } else {
      reduce_runs<T, T>(plan, run);
    }
  });
  return plan.out;
}

struct Moments {
  TensorRef variance, mean;
};

Moments moments(const TensorRef& x, const OptionalDims& dims, double correction, bool keepdim, bool root) {
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, x->dtype());
  ReductionPlan means = plan;
  means.out = second_output(plan, x->dtype());
  means.results = make_view(means.out, plan.results->shape(), plan.results->steps(), 0);
  dispatch_floating(x->dtype(), "std", [&]<typename T>(Type<T>) {
    const auto average = [](const T* p, std::int64_t n, std::int64_t stride) {
      return sum_of<double>(p, n, stride, [](T v) { return convert_number<double>(v); }) / static_cast<double>(n);
    };
    reduce_runs<T, T>(means, average);
    reduce_runs<T, T>(plan, [&](const T* p, std::int64_t n, std::int64_t stride) {
      const double middle = average(p, n, stride);
      const double squares = sum_of<double>(p, n, stride, [middle](T v) {
        const double d = convert_number<double>(v) - middle;
        return d * d;
      });
      const double variance = squares / std::max(static_cast<double>(n) - correction, 0.0);
      return root ? std::sqrt(variance) : variance;
    });
  });
  return {plan.out, means.out};
}

TensorRef logsumexp_in(const TensorRef& self, const Dims& dims, bool keepdim) {
  const TensorRef x = convert(self, floating_type(self->dtype()));
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, x->dtype());
  dispatch_floating(x->dtype(), "logsumexp", [&]<typename T>(Type<T>) {
    reduce_runs<T, T>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      double largest = -std::numeric_limits<double>::infinity();
      for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, convert_number<double>(p[i * stride]));
      if (std::isinf(largest)) return largest;
      return largest + std::log(sum_of<double>(
                           p, n, stride, [largest](T v) { return std::exp(convert_number<double>(v) - largest); }));
    });
  });
  return plan.out;
}

TensorRef sum_all(const Call& c) { return sum_in(tensor_at(c, 0), {}, false, optional_dtype_at(c, 1)); }
TensorRef sum_dims(const Call& c) {
  return sum_in(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, false), optional_dtype_at(c, 3));
}
TensorRef mean_all(const Call& c) { return mean_in(tensor_at(c, 0), {}, false, optional_dtype_at(c, 1)); }
TensorRef mean_dims(const Call& c) {
  return mean_in(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, false), optional_dtype_at(c, 3));
}
TensorRef prod_all(const Call& c) { return prod_in(tensor_at(c, 0), {}, false, optional_dtype_at(c, 1)); }
TensorRef prod_dim(const Call& c) {
  return prod_in(tensor_at(c, 0), Dims{int_at(c, 1)}, bool_or(c, 2, false), optional_dtype_at(c, 3));
}
template <bool StopsAt>
TensorRef quantify_all(const Call& c) {
  return quantify(tensor_at(c, 0), {}, false, StopsAt);
}
template <bool StopsAt>
TensorRef quantify_dims(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  if (!is_absent(c, 1) && ints_at(c, 1).empty()) {  // here, no dims mean no reduction
    return convert(convert(x, DType::kBool), x->dtype() == DType::kUInt8 ? DType::kUInt8 : DType::kBool);
  }
  return quantify(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, false), StopsAt);
}
TensorRef count_all(const Call& c) { return count_nonzero(tensor_at(c, 0), optional_ints_at(c, 1)); }

TensorRef norm_scalar(const Call& c) { return norm_in(tensor_at(c, 0), double_or(c, 1, 2.0), {}, false, {}); }
TensorRef norm_dims(const Call& c) {
  return norm_in(tensor_at(c, 0), double_or(c, 1, 2.0), ints_at(c, 2), bool_or(c, 3, false), optional_dtype_at(c, 4));
}
TensorRef norm_dtype(const Call& c) {
  return norm_in(tensor_at(c, 0), double_or(c, 1, 2.0), {}, false, optional_dtype_at(c, 2));
}
TensorRef vector_norm_op(const Call& c) {
  return norm_in(tensor_at(c, 0), double_or(c, 1, 2.0), optional_ints_at(c, 2), bool_or(c, 3, false),
                 optional_dtype_at(c, 4));
}
TensorRef frobenius_norm_op(const Call& c) {
  return norm_in(tensor_at(c, 0), 2, ints_at(c, 1), bool_or(c, 2, false), {});
}
template <bool Root>
TensorRef spread_all(const Call& c) {
  return moments(tensor_at(c, 0), {}, bool_or(c, 1, true) ? 1 : 0, false, Root).variance;
}
template <bool Root>
TensorRef spread_dims(const Call& c) {
  return moments(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, true) ? 1 : 0, bool_or(c, 3, false), Root)
      .variance;
}
template <bool Root>
TensorRef spread_correction(const Call& c) {
  return moments(tensor_at(c, 0), optional_ints_at(c, 1), double_or(c, 2, 1), bool_or(c, 3, false), Root).variance;
}
template <bool Root>
void spread_and_mean(Call& c) {
  const Moments m = moments(tensor_at(c, 0), {}, bool_or(c, 1, true) ? 1 : 0, false, Root);
  set_results(c, {m.variance, m.mean});
}
template <bool Root>
void spread_and_mean_dims(Call& c) {
  const Moments m =
      moments(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, true) ? 1 : 0, bool_or(c, 3, false), Root);
  set_results(c, {m.variance, m.mean});
}
template <bool Root>
void spread_and_mean_correction(Call& c) {
  const Moments m = moments(tensor_at(c, 0), optional_ints_at(c, 1), double_or(c, 2, 1), bool_or(c, 3, false), Root);
  set_results(c, {m.variance, m.mean});
}
TensorRef logsumexp_op(const Call& c) { return logsumexp_in(tensor_at(c, 0), ints_at(c, 1), bool_or(c, 2, false)); }

}  // namespace

TensorRef sum(const TensorRef& x, const OptionalDims& dims, bool keepdim) { return sum_in(x, dims, keepdim, {}); }
TensorRef mean(const TensorRef& x, const OptionalDims& dims, bool keepdim) { return mean_in(x, dims, keepdim, {}); }

KernelTable reduction_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", functional<sum_all>},
      {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
       functional<sum_dims>},
      {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", functional<mean_all>},
      {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
       functional<mean_dims>},
      {"aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", functional<prod_all>},
      {"aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
       functional<prod_dim>},
      {"aten::all(Tensor self) -> Tensor", functional<quantify_all<false>>},
      {"aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", functional<quantify_dims<false>>},
      {"aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", functional<quantify_dims<false>>},
      {"aten::any(Tensor self) -> Tensor", functional<quantify_all<true>>},
      {"aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", functional<quantify_dims<true>>},
      {"aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", functional<quantify_dims<true>>},
      {"aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", functional<count_all>},
      {"aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", functional<count_all>},
      {"aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", functional<norm_scalar>},
      {"aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
       functional<norm_dims>},
      {"aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> "
       "Tensor",
       functional<norm_dims>},
      {"aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", functional<norm_dtype>},
      {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? "
       "dtype=None) -> Tensor",
       functional<vector_norm_op>},
      {"aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
       functional<frobenius_norm_op>},
      {"aten::var(Tensor self, bool unbiased=True) -> Tensor", functional<spread_all<false>>},
      {"aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
       functional<spread_dims<false>>},
      {"aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor",
       functional<spread_correction<false>>},
      {"aten::std(Tensor self, bool unbiased=True) -> Tensor", functional<spread_all<true>>},
      {"aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
       functional<spread_dims<true>>},
      {"aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor",
       functional<spread_correction<true>>},
      {"aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", spread_and_mean<false>},
      {"aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)",
       spread_and_mean_dims<false>},
      {"aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> "
       "(Tensor, Tensor)",
       spread_and_mean_correction<false>},
      {"aten::std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", spread_and_mean<true>},
      {"aten::std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)",
       spread_and_mean_dims<true>},
      {"aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", functional<logsumexp_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
