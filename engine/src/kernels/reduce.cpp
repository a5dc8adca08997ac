// Planning of reductions.
#include "reduce.h"

#include "views.h"

namespace portfire::kernels {

Dims reduced_dims(const NativeTensor& x, const std::optional<Dims>& dims) {
  Dims out;
  if (!dims || dims->empty()) {
    for (std::int64_t d = 0; d < x.rank(); ++d) out.push_back(d);
    return out;
  }
  Dims seen(static_cast<std::size_t>(std::max<std::int64_t>(x.rank(), 1)));
  for (const std::int64_t given : *dims) {
    const std::int64_t d = wrap_dim(given, x.rank());
    if (seen[d]++) fail("dim ", d, " appears multiple times in the list of dims");
    if (x.rank() > 0) out.push_back(d);
  }
  return out;
}

ReductionPlan plan_reduction(const TensorRef& x, const Dims& dims, bool keepdim, DType result) {
  Dims kept;
  Dims order;
  Dims out_shape;
  Dims is_reduced(static_cast<std::size_t>(x->rank()));
  for (const std::int64_t d : dims) is_reduced[d] = 1;
  for (std::int64_t d = 0; d < x->rank(); ++d) {
    if (!is_reduced[d]) {
      order.push_back(d);
      kept.push_back(x->size(d));
      out_shape.push_back(x->size(d));
    } else if (keepdim) {
      out_shape.push_back(1);
    }
  }
  const std::int64_t kept_rank = kept.rank();
  std::int64_t count = 1;
  for (std::int64_t d = 0; d < x->rank(); ++d) {
    if (!is_reduced[d]) continue;
    order.push_back(d);
    count *= x->size(d);
  }
  TensorRef t = permute(x, order);
  std::int64_t stride = 1;
  std::int64_t expected = -1;
  bool uniform = true;
  for (std::int64_t d = t->rank() - 1; d >= kept_rank; --d) {  // do the reduced dimensions lie in one run?
    if (t->size(d) == 1) continue;
    if (expected < 0) {
      stride = t->stride(d);
    } else if (t->stride(d) != expected) {
      uniform = false;
    }
    expected = t->stride(d) * t->size(d);
  }
  if (!uniform) {
    t = clone_contiguous(t);
    stride = 1;
  }
  Dims steps;
  for (std::int64_t d = 0; d < kept_rank; ++d) steps.push_back(t->stride(d));
  ReductionPlan plan;
  plan.starts = make_view(t, kept, steps, t->offset());
  plan.out = empty(out_shape, result);
  plan.results = view(plan.out, kept);
  plan.count = count;
  plan.stride = stride;
  return plan;
}

TensorRef second_output(const ReductionPlan& plan, DType dtype) { return empty(plan.out->shape(), dtype); }

}  // namespace portfire::kernels
