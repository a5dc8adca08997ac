// Largest and smallest elements and where they are: max, min, amax, amin, argmax, argmin, aminmax.
#include "families.h"
#include "reduce.h"

namespace portfire::kernels {
namespace {

using OptionalDims = std::optional<Dims>;

// NaN beats everything, as in torch; the first of equals wins.
template <bool Largest, typename C>
bool beats(C challenger, C best) {
  if constexpr (std::is_floating_point_v<C>) {
    if (best != best) return false;
    if (challenger != challenger) return true;
  }
  return Largest ? challenger > best : challenger < best;
}

template <bool Largest, typename T>
std::int64_t position_of_best(const T* p, std::int64_t n, std::int64_t stride) {
  std::int64_t at = 0;
  auto best = static_cast<Compute<T>>(p[0]);
  for (std::int64_t i = 1; i < n; ++i) {
    const auto x = static_cast<Compute<T>>(p[i * stride]);
    if (beats<Largest>(x, best)) {
      best = x;
      at = i;
    }
  }
  return at;
}

void check_not_empty(const ReductionPlan& plan, const NativeTensor& x, const char* op, bool has_dim) {
  if (plan.count > 0 || plan.out->count() == 0) return;
  if (!has_dim) {
    fail(op,
         "(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
         "argument.");
  }
  fail_index(op, "(): Expected reduction dim to have non-zero size for input of shape ", shape_text(x.sizes()), ".");
}

template <bool Largest>
TensorRef extreme_values(const TensorRef& x, const OptionalDims& dims, bool keepdim) {
  const ReductionPlan plan = plan_reduction(x, reduced_dims(*x, dims), keepdim, x->dtype());
  check_not_empty(plan, *x, Largest ? "max" : "min", dims.has_value() && !dims->empty());
  dispatch_real(x->dtype(), Largest ? "max" : "min", [&]<typename T>(Type<T>) {
    reduce_runs<T, T>(plan, [](const T* p, std::int64_t n, std::int64_t stride) {
      return p[position_of_best<Largest>(p, n, stride) * stride];
    });
  });
  return plan.out;
}

template <bool Largest>
TensorRef extreme_positions(const TensorRef& x, const OptionalDims& dims, bool keepdim) {
  const TensorRef t = dims ? x : contiguous(x);
  const ReductionPlan plan = plan_reduction(t, reduced_dims(*t, dims), keepdim, DType::kInt64);
  check_not_empty(plan, *x, Largest ? "argmax" : "argmin", dims.has_value());
  dispatch_real(x->dtype(), Largest ? "argmax" : "argmin",
                [&]<typename T>(Type<T>) { reduce_runs<T, std::int64_t>(plan, position_of_best<Largest, T>); });
  return plan.out;
}

template <bool Largest>
TensorRef all_op(const Call& c) {
  return extreme_values<Largest>(tensor_at(c, 0), {}, false);
}
template <bool Largest>
TensorRef dims_op(const Call& c) {
  return extreme_values<Largest>(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, false));
}
template <bool Largest>
TensorRef position_op(const Call& c) {
  return extreme_positions<Largest>(tensor_at(c, 0), optional_ints_at(c, 1), bool_or(c, 2, false));
}
template <bool Largest>
void values_and_positions(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const Dims dims = ints_at(c, 1);
  const bool keepdim = bool_or(c, 2, false);
  set_results(c, {extreme_values<Largest>(x, dims, keepdim), extreme_positions<Largest>(x, dims, keepdim)});
}
void aminmax(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const OptionalDims dims = optional_ints_at(c, 1);
  const bool keepdim = bool_or(c, 2, false);
  set_results(c, {extreme_values<false>(x, dims, keepdim), extreme_values<true>(x, dims, keepdim)});
}

}  // namespace

KernelTable extrema_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::max(Tensor self) -> Tensor", functional<all_op<true>>},
      {"aten::min(Tensor self) -> Tensor", functional<all_op<false>>},
      {"aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
       values_and_positions<true>},
      {"aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
       values_and_positions<false>},
      {"aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", functional<dims_op<true>>},
      {"aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", functional<dims_op<false>>},
      {"aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", functional<position_op<true>>},
      {"aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", functional<position_op<false>>},
      {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", aminmax},
  };
  return kTable;
}

}  // namespace portfire::kernels
