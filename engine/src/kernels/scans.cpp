// Running results along a dimension: cumsum, cumprod, cummax, cummin, diff.
#include "arithmetic.h"
#include "families.h"
#include "joining.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// f(state, element) -> state, along one dimension; the state is what is stored.
template <typename T, typename A, typename F>
void scan(const TensorRef& x, const TensorRef& out, std::int64_t dim, A start, F f) {
  const TensorRef from = x->rank() == 0 ? unsqueeze(x, 0) : x;
  const TensorRef to = x->rank() == 0 ? unsqueeze(out, 0) : out;
  const std::int64_t n = from->size(dim);
  if (from->count() == 0) return;
  const std::int64_t from_step = from->stride(dim);
  const std::int64_t to_step = to->stride(dim);
  const TensorRef from_starts = narrow(from, dim, 0, 1);
  const TensorRef to_starts = narrow(to, dim, 0, 1);
  auto row = [&](char* const* p, const std::int64_t* s, std::int64_t rows) {
    for (std::int64_t r = 0; r < rows; ++r) {
      A state = start;
      T* result = reinterpret_cast<T*>(p[0] + r * s[0]);
      const T* element = reinterpret_cast<const T*>(p[1] + r * s[1]);
      for (std::int64_t i = 0; i < n; ++i) {
        state = f(state, convert_number<A>(element[i * from_step]));
        result[i * to_step] = convert_number<T>(state);
      }
    }
  };
  for_each_row(to_starts->sizes(), {to_starts.get(), from_starts.get()}, row);
}

DType scan_type(const NativeTensor& x, const Call& c, std::size_t i) {
  return dtype_or(c, i, is_floating(x.dtype()) || is_complex(x.dtype()) ? x.dtype() : DType::kInt64);
}

template <bool Product>
TensorRef cumulate(const Call& c) {
  const TensorRef self = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_at(c, 1), self->rank());
  const TensorRef x = convert(self, scan_type(*self, c, 2));
  TensorRef out = empty(x->shape(), x->dtype());
  dispatch_all(x->dtype(), Product ? "cumprod" : "cumsum", [&]<typename T>(Type<T>) {
    using A = Accumulate<T>;
    scan<T, A>(x, out, dim, A(Product ? 1 : 0), [](A state, A v) { return Product ? state * v : state + v; });
  });
  return out;
}

// In place, the result is cast back to self's dtype.
template <bool Product>
void cumulate_in_place(Call& c) {
  copy_into(*tensor_at(c, 0), *cumulate<Product>(c));
  c.set_result(c[0]);
}

template <bool Largest>
void cumulative_extreme(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_at(c, 1), x->rank());
  const TensorRef rows = x->rank() == 0 ? reshape(x, Dims{1}) : contiguous(transpose(x, dim, -1));
  const TensorRef values = empty(rows->shape(), x->dtype());
  const TensorRef indices = empty(rows->shape(), DType::kInt64);
  const std::int64_t n = rows->shape().back();
  dispatch_real(x->dtype(), Largest ? "cummax" : "cummin", [&]<typename T>(Type<T>) {
    for (std::int64_t first = 0; first < rows->count(); first += n) {
      std::int64_t best = 0;
      const T* p = rows->ptr<T>() + first;
      for (std::int64_t i = 0; i < n; ++i) {
        const auto challenger = static_cast<Compute<T>>(p[i]);
        const auto holder = static_cast<Compute<T>>(p[best]);
        const bool wins = Largest ? challenger >= holder : challenger <= holder;
        if (wins || challenger != challenger) best = i;
        values->ptr<T>()[first + i] = p[best];
        indices->ptr<std::int64_t>()[first + i] = best;
      }
    }
  });
  if (x->rank() == 0) return set_results(c, {reshape(values, Dims{}), reshape(indices, Dims{})});
  set_results(c, {contiguous(transpose(values, dim, -1)), contiguous(transpose(indices, dim, -1))});
}

TensorRef diff(const Call& c) {
  TensorRef x = tensor_at(c, 0);
  const std::int64_t n = int_or(c, 1, 1);
  const std::int64_t dim = wrap_dim(int_or(c, 2, -1), x->rank());
  if (x->rank() == 0) fail("diff expects input to be at least one-dimensional");
  if (n < 0) fail("order must be non-negative but got ", n);
  std::vector<TensorRef> parts;
  if (const TensorRef prepend = optional_tensor_at(c, 3)) parts.push_back(prepend);
  parts.push_back(x);
  if (const TensorRef append = optional_tensor_at(c, 4)) parts.push_back(append);
  if (parts.size() > 1) x = cat(parts, dim);
  for (std::int64_t i = 0; i < n && x->size(dim) > 0; ++i) {
    const std::int64_t size = x->size(dim) - 1;
    const TensorRef later = narrow(x, dim, 1, size);
    const TensorRef earlier = narrow(x, dim, 0, size);
    if (x->dtype() == DType::kBool) {
      x = run_binary<Domain::kDiscrete, ResultKind::kBool>("diff", later, earlier, {},
                                                           [](auto a, auto b) { return a != b; });
    } else {
      x = sub(later, earlier);
    }
  }
  return x;
}

}  // namespace

KernelTable scan_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", functional<cumulate<false>>},
      {"aten::cumsum_(Tensor(a!) self, int dim, *, ScalarType? dtype=None) -> Tensor(a!)", cumulate_in_place<false>},
      {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", functional<cumulate<true>>},
      {"aten::cumprod_(Tensor(a!) self, int dim, *, ScalarType? dtype=None) -> Tensor(a!)", cumulate_in_place<true>},
      {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", cumulative_extreme<true>},
      {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", cumulative_extreme<false>},
      {"aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor",
       functional<diff>},
  };
  return kTable;
}

}  // namespace portfire::kernels
