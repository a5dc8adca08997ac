// softmax and log_softmax over one dimension.
#include "softmax.h"

#include <cmath>
#include <limits>

#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// One run of n elements, `stride` apart in both tensors.
template <typename T>
void softmax_run(const T* x, T* y, std::int64_t n, std::int64_t stride, bool logarithm) {
  using C = Compute<T>;
  C largest = -std::numeric_limits<C>::infinity();
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, static_cast<C>(x[i * stride]));
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const C e = std::exp(static_cast<C>(x[i * stride]) - largest);
    if (!logarithm) y[i * stride] = e;
    total += static_cast<double>(e);
  }
  if (logarithm) {
    const auto shift = static_cast<C>(std::log(total));
    for (std::int64_t i = 0; i < n; ++i) y[i * stride] = static_cast<C>(x[i * stride]) - largest - shift;
  } else if constexpr (is_short_float<T>) {  // the numerators were rounded when stored: compute them again
    for (std::int64_t i = 0; i < n; ++i) {
      y[i * stride] = static_cast<C>(std::exp(static_cast<C>(x[i * stride]) - largest) / total);
    }
  } else {
    const auto scale = static_cast<C>(1 / total);
    for (std::int64_t i = 0; i < n; ++i) y[i * stride] *= scale;
  }
}

TensorRef run_softmax(const char* name, const TensorRef& input, std::int64_t dim, bool logarithm) {
  dim = wrap_dim(dim, input->rank());
  const TensorRef x = contiguous(input);
  const TensorRef out = empty(x->shape(), x->dtype());
  const std::int64_t n = x->rank() == 0 ? 1 : x->size(dim);
  std::int64_t inner = 1;
  for (std::int64_t d = dim + 1; d < x->rank(); ++d) inner *= x->size(d);
  if (x->count() == 0) return out;
  const std::int64_t outer = x->count() / (n * inner);
  dispatch_floating(x->dtype(), name, [&]<typename T>(Type<T>) {
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const std::int64_t at = o * n * inner + i;
        softmax_run(x->ptr<T>() + at, out->ptr<T>() + at, n, inner, logarithm);
      }
    }
  });
  return out;
}

TensorRef input_of(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return convert(x, dtype_or(c, 2, x->dtype()));
}
TensorRef softmax_op(const Call& c) { return softmax(input_of(c), int_at(c, 1)); }
TensorRef log_softmax_op(const Call& c) { return log_softmax(input_of(c), int_at(c, 1)); }
void check_half_to_float(const Call& c) {
  if (bool_or(c, 2, false)) fail("softmax with half to float conversion is not supported on CPU");
}
TensorRef raw_softmax_op(const Call& c) {
  check_half_to_float(c);
  return softmax(tensor_at(c, 0), int_at(c, 1));
}
TensorRef raw_log_softmax_op(const Call& c) {
  check_half_to_float(c);
  return log_softmax(tensor_at(c, 0), int_at(c, 1));
}

}  // namespace

TensorRef softmax(const TensorRef& x, std::int64_t dim) { return run_softmax("softmax", x, dim, false); }
TensorRef log_softmax(const TensorRef& x, std::int64_t dim) { return run_softmax("log_softmax", x, dim, true); }

KernelTable softmax_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", functional<softmax_op>},
      {"aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", functional<softmax_op>},
      {"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", functional<raw_softmax_op>},
      {"aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", functional<log_softmax_op>},
      {"aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
       functional<log_softmax_op>},
      {"aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", functional<raw_log_softmax_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
