// Several tensors into one: cat, stack and their named special cases.
#include "joining.h"

#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// torch still lets `cat` skip tensors of shape [0], whatever the rank of the others.
bool is_skipped(const NativeTensor& t) { return t.rank() == 1 && t.size(0) == 0; }

void check_cat_shapes(const NativeTensor& first, const NativeTensor& t, std::int64_t dim, std::size_t position) {
  if (t.rank() != first.rank()) {
    fail("Tensors must have same number of dimensions: got ", first.rank(), " and ", t.rank());
  }
  for (std::int64_t d = 0; d < t.rank(); ++d) {
    if (d != dim && t.size(d) != first.size(d)) {
      fail("Sizes of tensors must match except in dimension ", dim, ". Expected size ", first.size(d), " but got size ",
           t.size(d), " for tensor number ", position, " in the list.");
    }
  }
}

}  // namespace

TensorRef cat(const std::vector<TensorRef>& tensors, std::int64_t dim) {
  if (tensors.empty()) fail("torch.cat(): expected a non-empty list of Tensors");
  const NativeTensor* first = nullptr;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i]->rank() == 0) fail("zero-dimensional tensor (at position ", i, ") cannot be concatenated");
    if (!first && !is_skipped(*tensors[i])) first = tensors[i].get();
  }
  const DType dtype = result_type(tensors);
  if (!first) return empty(Dims{0}, dtype);
  dim = wrap_dim(dim, first->rank());
  Dims shape = first->shape();
  shape[dim] = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (is_skipped(*tensors[i])) continue;
    check_cat_shapes(*first, *tensors[i], dim, i);
    shape[dim] += tensors[i]->size(dim);
  }
  const TensorRef out = empty(shape, dtype);
  std::int64_t at = 0;
  for (const TensorRef& t : tensors) {
    if (is_skipped(*t)) continue;
    copy_into(*narrow(out, dim, at, t->size(dim)), *t);
    at += t->size(dim);
  }
  return out;
}

TensorRef stack(const std::vector<TensorRef>& tensors, std::int64_t dim) {
  if (tensors.empty()) fail("stack expects a non-empty TensorList");
  dim = wrap_dim(dim, tensors[0]->rank() + 1);
  std::vector<TensorRef> rows;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i]->shape() != tensors[0]->shape()) {
      fail("stack expects each tensor to be equal size, but got ", shape_text(tensors[0]->sizes()), " at entry 0 and ",
           shape_text(tensors[i]->sizes()), " at entry ", i);
    }
    rows.push_back(unsqueeze(tensors[i], dim));
  }
  return cat(rows, dim);
}

namespace {

using Tensors = std::vector<TensorRef>;

TensorRef at_least(TensorRef t, std::int64_t rank) {
  if (t->rank() == 0) t = unsqueeze(t, 0);
  if (rank >= 2 && t->rank() == 1) t = unsqueeze(t, 0);
  if (rank >= 3 && t->rank() == 2) t = unsqueeze(t, 2);
  return t;
}

Tensors all_at_least(Tensors tensors, std::int64_t rank) {
  for (TensorRef& t : tensors) t = at_least(t, rank);
  return tensors;
}

TensorRef cat_op(const Call& c) { return cat(tensors_at(c, 0), int_or(c, 1, 0)); }
TensorRef stack_op(const Call& c) { return stack(tensors_at(c, 0), int_or(c, 1, 0)); }
TensorRef hstack_op(const Call& c) {
  const Tensors tensors = all_at_least(tensors_at(c, 0), 1);
  if (tensors.empty()) fail("hstack expects a non-empty TensorList");
  return cat(tensors, tensors[0]->rank() == 1 ? 0 : 1);
}
TensorRef vstack_op(const Call& c) { return cat(all_at_least(tensors_at(c, 0), 2), 0); }
TensorRef dstack_op(const Call& c) { return cat(all_at_least(tensors_at(c, 0), 3), 2); }
TensorRef column_stack_op(const Call& c) {
  Tensors tensors = tensors_at(c, 0);
  for (TensorRef& t : tensors) {
    if (t->rank() < 2) t = view(contiguous(t), Dims{t->count(), 1});
  }
  return cat(tensors, 1);
}
template <int Rank>
TensorRef at_least_op(const Call& c) {
  return at_least(tensor_at(c, 0), Rank);
}

}  // namespace

KernelTable joining_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::cat(Tensor[] tensors, int dim=0) -> Tensor", functional<cat_op>},
      {"aten::concat(Tensor[] tensors, int dim=0) -> Tensor", functional<cat_op>},
      {"aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", functional<cat_op>},
      {"aten::stack(Tensor[] tensors, int dim=0) -> Tensor", functional<stack_op>},
      {"aten::hstack(Tensor[] tensors) -> Tensor", functional<hstack_op>},
      {"aten::vstack(Tensor[] tensors) -> Tensor", functional<vstack_op>},
      {"aten::row_stack(Tensor[] tensors) -> Tensor", functional<vstack_op>},
      {"aten::dstack(Tensor[] tensors) -> Tensor", functional<dstack_op>},
      {"aten::column_stack(Tensor[] tensors) -> Tensor", functional<column_stack_op>},
      {"aten::atleast_1d(Tensor self) -> Tensor", functional<at_least_op<1>>},
      {"aten::atleast_2d(Tensor self) -> Tensor", functional<at_least_op<2>>},
      {"aten::atleast_3d(Tensor self) -> Tensor", functional<at_least_op<3>>},
  };
  return kTable;
}

}  // namespace portfire::kernels
