// sort, argsort, topk, kthvalue, median: everything that orders the elements along a dimension.
#include <numeric>

#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

struct Sorted {
  TensorRef values, indices;
};

// NaN counts as the largest number, as in torch.
template <typename C>
bool is_less(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) {
    if (a != a) return false;
    if (b != b) return true;
  }
  return a < b;
}

// The first `kept` elements of every run along the last dimension, in order. Equal elements keep theirs.
template <typename T>
void sort_runs(const NativeTensor& x, std::int64_t size, std::int64_t kept, bool descending, const Sorted& out) {
  using C = Compute<T>;
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  const std::int64_t runs = size == 0 ? 0 : x.count() / size;
  for (std::int64_t r = 0; r < runs; ++r) {
    const T* p = x.ptr<T>() + r * size;
    const auto before = [p, descending](std::int64_t a, std::int64_t b) {
      const auto u = static_cast<C>(p[a]);
      const auto v = static_cast<C>(p[b]);
      if (descending ? is_less(v, u) : is_less(u, v)) return true;
      if (descending ? is_less(u, v) : is_less(v, u)) return false;
      return a < b;
    };
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::partial_sort(order.begin(), order.begin() + kept, order.end(), before);
    for (std::int64_t i = 0; i < kept; ++i) {
      out.indices->ptr<std::int64_t>()[r * kept + i] = order[static_cast<std::size_t>(i)];
      out.values->ptr<T>()[r * kept + i] = p[order[static_cast<std::size_t>(i)]];
    }
  }
}

// Along `dim`; the results have `kept` elements there.
Sorted sorted_along(const TensorRef& x, std::int64_t dim, std::int64_t kept, bool descending) {
  dim = wrap_dim(dim, x->rank());
  const TensorRef rows = x->rank() == 0 ? reshape(x, Dims{1}) : contiguous(transpose(x, dim, -1));
  const std::int64_t size = rows->shape().back();
  Dims shape = rows->shape();
  shape.back() = kept;
  Sorted out{empty(shape, x->dtype()), empty(shape, DType::kInt64)};
  dispatch_real(x->dtype(), "sort", [&]<typename T>(Type<T>) { sort_runs<T>(*rows, size, kept, descending, out); });
  if (x->rank() == 0) return {reshape(out.values, Dims{}), reshape(out.indices, Dims{})};
  return {contiguous(transpose(out.values, dim, -1)), contiguous(transpose(out.indices, dim, -1))};
}

std::int64_t size_along(const NativeTensor& x, std::int64_t dim) {
  dim = wrap_dim(dim, x.rank());
  return x.rank() == 0 ? 1 : x.size(dim);
}

// Position of `stable`, dim and descending differ between the overloads.
Sorted sort_at(const Call& c, std::size_t dim) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t d = int_or(c, dim, -1);
  return sorted_along(x, d, size_along(*x, d), bool_or(c, dim + 1, false));
}
template <std::size_t Dim>
void sort_op(Call& c) {
  const Sorted s = sort_at(c, Dim);
  set_results(c, {s.values, s.indices});
}
template <std::size_t Dim>
TensorRef argsort_op(const Call& c) {
  return sort_at(c, Dim).indices;
}
TensorRef msort_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return sorted_along(x, 0, size_along(*x, 0), false).values;
}

void topk_op(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t k = int_at(c, 1);
  const std::int64_t dim = int_or(c, 2, -1);
  if (k < 0 || k > size_along(*x, dim)) fail("selected index k out of range");
  const Sorted s = sorted_along(x, dim, k, bool_or(c, 3, true));
  set_results(c, {s.values, s.indices});
}

// The element of rank `position` along a dimension, which goes away unless kept.
Sorted ranked(const TensorRef& x, std::int64_t dim, std::int64_t position, bool keepdim) {
  const Sorted s = sorted_along(x, dim, position + 1, false);
  if (x->rank() == 0) return s;
  const auto pick = [&](const TensorRef& t) {
    return clone_contiguous(keepdim ? narrow(t, dim, position, 1) : select(t, dim, position));
  };
  return {pick(s.values), pick(s.indices)};
}

void kthvalue_op(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t k = int_at(c, 1);
  const std::int64_t dim = int_or(c, 2, -1);
  if (k < 1 || k > size_along(*x, dim)) fail("kthvalue(): selected number k out of range for dimension ", dim);
  const Sorted s = ranked(x, dim, k - 1, bool_or(c, 3, false));
  set_results(c, {s.values, s.indices});
}

// The lower of two middle elements; NaN if there is one.
Sorted median_along(const TensorRef& x, std::int64_t dim, bool keepdim) {
  const std::int64_t size = size_along(*x, dim);
  if (size == 0) fail_index("median(): Expected reduction dim ", dim, " to have non-zero size.");
  const Sorted last = ranked(x, dim, size - 1, true);
  Sorted middle = ranked(x, dim, (size - 1) / 2, true);
  if (is_floating(x->dtype())) {
    const std::int64_t n = middle.values->count();
    for (std::int64_t i = 0; i < n; ++i) {
      const double largest = read_element(*last.values, i).to<double>();
      if (largest == largest) continue;
      const Dims one{1};
      fill(*make_view(middle.values, one, one, middle.values->offset() + i), Scalar(largest));
      fill(*make_view(middle.indices, one, one, middle.indices->offset() + i), read_element(*last.indices, i));
    }
  }
  if (keepdim || x->rank() == 0) return middle;
  return {squeeze(middle.values, dim), squeeze(middle.indices, dim)};
}
void median_dim_op(Call& c) {
  const Sorted s = median_along(tensor_at(c, 0), int_at(c, 1), bool_or(c, 2, false));
  set_results(c, {s.values, s.indices});
}
TensorRef median_op(const Call& c) { return median_along(reshape(tensor_at(c, 0), Dims{-1}), 0, false).values; }

}  // namespace

KernelTable sorting_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", sort_op<1>},
      {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor "
       "indices)",
       sort_op<2>},
      {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", functional<argsort_op<1>>},
      {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor",
       functional<argsort_op<2>>},
      {"aten::msort(Tensor self) -> Tensor", functional<msort_op>},
      {"aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor "
       "indices)",
       topk_op},
      {"aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
       kthvalue_op},
      {"aten::median(Tensor self) -> Tensor", functional<median_op>},
      {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", median_dim_op},
  };
  return kTable;
}

}  // namespace portfire::kernels
