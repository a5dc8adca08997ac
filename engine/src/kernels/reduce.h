// The frame of reductions: which elements of the input make one element of the output.
#pragma once

#include <optional>
#include <vector>

#include "pointwise.h"

namespace portfire::kernels {

struct ReductionPlan {
  TensorRef starts;     // the input at index 0 of the reduced dimensions: one element per result
  TensorRef results;    // the output in the shape of `starts`
  TensorRef out;        // the output in its final shape
  std::int64_t count;   // elements per result ...
  std::int64_t stride;  // ... that lie so far apart
};

// No dims: all of them.
Dims reduced_dims(const NativeTensor& x, const std::optional<Dims>& dims);
ReductionPlan plan_reduction(const TensorRef& x, const Dims& dims, bool keepdim, DType result);
// More outputs of the same shape (indices beside values).
TensorRef second_output(const ReductionPlan& plan, DType dtype);

// One element from a run of T: f(pointer, count, stride) -> R. All results of a plan.
template <typename T, typename R, typename F>
void reduce_runs(const ReductionPlan& plan, F f) {
  const std::int64_t count = plan.count;
  const std::int64_t stride = plan.stride;
  auto row = [&](char* const* p, const std::int64_t* s, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<R*>(p[0] + i * s[0]) =
          convert_number<R>(f(reinterpret_cast<const T*>(p[1] + i * s[1]), count, stride));
    }
  };
  for_each_row(plan.results->sizes(), {plan.results.get(), plan.starts.get()}, row);
}

// Eight running sums, so that the processor can add while it waits, and errors grow slower.
template <typename A, typename T, typename F>
A sum_of(const T* p, std::int64_t n, std::int64_t stride, F f) {
  constexpr std::int64_t kLanes = 8;
  A lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t k = 0; k < kLanes; ++k) lanes[k] += f(p[(i + k) * stride]);
  }
  for (; i < n; ++i) lanes[0] += f(p[i * stride]);
  A total{};
  for (const A& lane : lanes) total += lane;
  return total;
}

TensorRef sum(const TensorRef& x, const std::optional<Dims>& dims, bool keepdim);
TensorRef mean(const TensorRef& x, const std::optional<Dims>& dims, bool keepdim);

}  // namespace portfire::kernels
