// The frame of element-wise ops: promotion, broadcasting, where the result goes, and how a function over tensors
// becomes the functional and the in-place overload.
#pragma once

#include "arguments.h"
#include "promotion.h"
#include "strided_loop.h"

namespace portfire::kernels {

// What dtype an op computes in and returns.
enum class ResultKind : std::uint8_t {
  kPromoted,  // the promoted dtype of the inputs
  kFloating,  // that, or float32 if it is an integer
  kBool,      // computed in the promoted dtype, returns bool
};

// Inputs in the compute dtype, and memory for the result: `into` itself where that is possible.
struct PointwisePlan {
  TensorRef a, b, out;
  DType compute;
};
PointwisePlan plan_unary(const TensorRef& a, const TensorRef& into, ResultKind kind);
PointwisePlan plan_binary(const TensorRef& a, const TensorRef& b, const TensorRef& into, ResultKind kind);
// The result: `out`, or `into` after out was stored there.
TensorRef finish(const TensorRef& out, const TensorRef& into);
// Stores a result in the tensor that an in-place op was called on; checks shape and dtype as ATen does.
TensorRef write_into(const TensorRef& into, const TensorRef& result);

template <Domain D, ResultKind Kind, typename F>
TensorRef run_unary(const char* name, const TensorRef& a, const TensorRef& into, F f) {
  const PointwisePlan plan = plan_unary(a, into, Kind);
  dispatch<D>(plan.compute, name, [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    if constexpr (Kind == ResultKind::kBool) {
      map_elements<T, bool>(*plan.out, *plan.a, [f](C x) { return static_cast<bool>(f(x)); });
    } else {
      map_elements<T, T>(*plan.out, *plan.a, [f](C x) { return static_cast<C>(f(x)); });
    }
  });
  return finish(plan.out, into);
}

template <Domain D, ResultKind Kind, typename F>
TensorRef run_binary(const char* name, const TensorRef& a, const TensorRef& b, const TensorRef& into, F f) {
  const PointwisePlan plan = plan_binary(a, b, into, Kind);
  dispatch<D>(plan.compute, name, [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    if constexpr (Kind == ResultKind::kBool) {
      map_elements<T, bool>(*plan.out, *plan.a, *plan.b, [f](C x, C y) { return static_cast<bool>(f(x, y)); });
    } else {
      map_elements<T, T>(*plan.out, *plan.a, *plan.b, [f](C x, C y) { return static_cast<C>(f(x, y)); });
    }
  });
  return finish(plan.out, into);
}

// `into` is null for the functional overload.
using UnaryFunction = TensorRef (*)(const TensorRef& a, const TensorRef& into);
using BinaryFunction = TensorRef (*)(const TensorRef& a, const TensorRef& b, const TensorRef& into);

template <UnaryFunction F>
void unary(Call& c) {
  c.set_result(as_value(F(tensor_at(c, 0), {})));
}
template <UnaryFunction F>
void unary_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  F(self, self);
  c.set_result(c[0]);
}
template <BinaryFunction F>
void tensor_tensor(Call& c) {
  c.set_result(as_value(F(tensor_at(c, 0), tensor_at(c, 1), {})));
}
template <BinaryFunction F>
void tensor_scalar(Call& c) {
  c.set_result(as_value(F(tensor_at(c, 0), wrapped_number(scalar_at(c, 1)), {})));
}
template <BinaryFunction F>
void scalar_and_tensor(Call& c) {
  c.set_result(as_value(F(wrapped_number(scalar_at(c, 0)), tensor_at(c, 1), {})));
}
template <BinaryFunction F>
void tensor_tensor_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  F(self, tensor_at(c, 1), self);
  c.set_result(c[0]);
}
template <BinaryFunction F>
void tensor_scalar_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  F(self, wrapped_number(scalar_at(c, 1)), self);
  c.set_result(c[0]);
}
// For ops whose in-place overload is the functional one, stored afterwards.
template <TensorRef (*F)(const Call&)>
void functional(Call& c) {
  c.set_result(as_value(F(c)));
}
template <TensorRef (*F)(const Call&)>
void functional_in_place(Call& c) {
  write_into(tensor_at(c, 0), F(c));
  c.set_result(c[0]);
}

}  // namespace portfire::kernels
