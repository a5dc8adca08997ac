// Planning of element-wise ops.
#include "pointwise.h"

namespace portfire::kernels {
namespace {

bool is_same_memory(const NativeTensor& a, const NativeTensor& b) {
  return a.offset() == b.offset() && a.shape() == b.shape() && a.steps() == b.steps();
}

// Whether an op may write into `into` while it reads `input`.
bool may_write_directly(const NativeTensor& into, const NativeTensor& input) {
  return into.storage().get() != input.storage().get() || is_same_memory(into, input);
}

DType compute_type(DType promoted, ResultKind kind) {
  return kind == ResultKind::kFloating ? floating_type(promoted) : promoted;
}

void check_in_place(const NativeTensor& into, const Dims& shape, DType result) {
  if (shape != into.shape()) {
    fail("output with shape ", shape_text(into.sizes()), " doesn't match the broadcast shape ", shape_text(shape));
  }
  if (!can_cast(result, into.dtype())) {
    fail("result type ", scalar_type_name(result), " can't be cast to the desired output type ",
         scalar_type_name(into.dtype()));
  }
}

}  // namespace

PointwisePlan plan_unary(const TensorRef& a, const TensorRef& into, ResultKind kind) {
  const DType compute = compute_type(a->dtype(), kind);
  const DType result = kind == ResultKind::kBool ? DType::kBool : compute;
  PointwisePlan plan{convert(a, compute), {}, {}, compute};
  if (into) check_in_place(*into, a->shape(), result == DType::kBool ? into->dtype() : result);
  const bool direct = into && into->dtype() == result && may_write_directly(*into, *plan.a);
  plan.out = direct ? into : empty_result(a->shape(), {a.get()}, result);
  return plan;
}

PointwisePlan plan_binary(const TensorRef& a, const TensorRef& b, const TensorRef& into, ResultKind kind) {
  const DType compute = compute_type(result_type({a, b}), kind);
  const DType result = kind == ResultKind::kBool ? DType::kBool : compute;
  const Dims shape = broadcast_shapes(a->sizes(), b->sizes());
  PointwisePlan plan{convert(a, compute), convert(b, compute), {}, compute};
  if (into) {
    check_in_place(*into, shape, result == DType::kBool && kind == ResultKind::kBool ? into->dtype() : result);
    check_no_partial_overlap(*into, *a);
    check_no_partial_overlap(*into, *b);
  }
  const bool direct =
      into && into->dtype() == result && may_write_directly(*into, *plan.a) && may_write_directly(*into, *plan.b);
  plan.out = direct ? into : empty_result(shape, {a.get(), b.get()}, result);
  return plan;
}

TensorRef finish(const TensorRef& out, const TensorRef& into) {
  if (!into || into.get() == out.get()) return out;
  copy_into(*into, *out);
  return into;
}

TensorRef write_into(const TensorRef& into, const TensorRef& result) {
  check_in_place(*into, result->shape(), result->dtype());
  copy_into(*into, *result);
  return into;
}

}  // namespace portfire::kernels
