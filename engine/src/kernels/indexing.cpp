// Operators that read and write at indices: index, index_put, index_select, gather, scatter, take, embedding, one_hot,
// ...
#include "arithmetic.h"
#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

TensorRef index_op(const Call& c) { return index(tensor_at(c, 0), optional_tensors_at(c, 1)); }

void put(const TensorRef& self, const Call& c) {
  const TensorRef values = tensor_at(c, 2);
  const IndexPlan plan = plan_index(self, optional_tensors_at(c, 1));
  if (values->dtype() != self->dtype()) {
    fail("Index put requires the source and destination dtypes match, got ", scalar_type_name(self->dtype()),
         " for the destination and ", scalar_type_name(values->dtype()), " for the source.");
  }
  TensorRef source = values;
  while (source->rank() > static_cast<std::int64_t>(plan.shape.size()) && source->size(0) == 1)
    source = squeeze(source, 0);
  const bool fits = source->rank() <= plan.shape.rank() && [&] {
    for (std::int64_t d = 0; d < source->rank(); ++d) {
      const std::int64_t own = source->size(source->rank() - 1 - d);
      if (own != 1 && own != plan.shape[plan.shape.rank() - 1 - d]) return false;
    }
    return true;
  }();
  if (!fits) {
    fail("shape mismatch: value tensor of shape ", shape_text(values->sizes()),
         " cannot be broadcast to indexing result of shape ", shape_text(plan.shape));
  }
  if (bool_or(c, 3, false)) {
    add_elements(plan, source);
  } else {
    scatter_elements(plan, source);
  }
}
void index_put_in_place(Call& c) {
  put(tensor_at(c, 0), c);
  c.set_result(c[0]);
}
TensorRef index_put_op(const Call& c) {
  TensorRef out = clone(tensor_at(c, 0));
  put(out, c);
  return out;
}

TensorRef index_select_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const TensorRef out = gather_elements(plan_index_select(x, int_at(c, 1), tensor_at(c, 2)));
  return x->rank() == 0 ? reshape(out, Dims{}) : out;
}

// gather and scatter: the index has a position for every element of its own shape.
IndexPlan plan_gather(const TensorRef& x, std::int64_t dim, const TensorRef& index, const char* op) {
  dim = wrap_dim(dim, x->rank());
  if (index->dtype() != DType::kInt64 && index->dtype() != DType::kInt32)
    fail(op, "(): Expected dtype int32/int64 for index");
  const TensorRef source = x->rank() == 0 ? unsqueeze(x, 0) : x;
  const TensorRef places = index->rank() == 0 ? unsqueeze(index, 0) : index;
  if (index->count() == 0)
    return {places->shape(), make_view(source, places->shape(), places->steps(), source->offset()), places};
  if (places->rank() != source->rank()) {
    fail("Index tensor must have the same number of dimensions as input tensor");
  }
  for (std::int64_t d = 0; d < source->rank(); ++d) {
    if (d != dim && places->size(d) > source->size(d)) {
      fail("Size does not match at dimension ", d, " expected index ", shape_text(index->sizes()),
           " to be no larger than self ", shape_text(x->sizes()), " apart from dimension ", dim);
    }
  }
  Dims strides = source->steps();
  const std::int64_t step = strides[dim] * static_cast<std::int64_t>(x->item_size());
  strides[dim] = 0;
  return {places->shape(), make_view(source, places->shape(), strides, source->offset()),
          byte_offsets(places, source->size(dim), step, dim, false)};
}

TensorRef gather_op(const Call& c) {
  const TensorRef index = tensor_at(c, 2);
  const IndexPlan plan = plan_gather(tensor_at(c, 0), int_at(c, 1), index, "gather");
  return reshape(gather_elements(plan), index->shape());
}

// `src` may be larger than the index.
TensorRef source_part(const TensorRef& src, const Dims& shape) {
  TensorRef part = src->rank() == 0 ? unsqueeze(src, 0) : src;
  if (part->rank() != shape.rank()) fail("Index tensor must have the same number of dimensions as src tensor");
  for (std::int64_t d = 0; d < shape.rank(); ++d) {
    if (shape[d] > part->size(d)) {
      fail("Expected index ", shape_text(shape), " to be no larger than src ", shape_text(src->sizes()));
    }
    part = narrow(part, d, 0, shape[d]);
  }
  return part;
}

void scatter_into(const TensorRef& self, const Call& c, bool accumulate) {
  const IndexPlan plan = plan_gather(self, int_at(c, 1), tensor_at(c, 2), "scatter");
  if (tensor_at(c, 2)->count() == 0) return;
  if (!c[3].is_tensor()) return scatter_elements(plan, scalar_tensor(scalar_at(c, 3), self->dtype()));
  const TensorRef src = tensor_at(c, 3);
  if (src->dtype() != self->dtype()) fail("scatter(): Expected self.dtype to be equal to src.dtype");
  const TensorRef values = source_part(src, plan.shape);
  accumulate ? add_elements(plan, values) : scatter_elements(plan, values);
}
template <bool Accumulate>
void scatter_in_place(Call& c) {
  scatter_into(tensor_at(c, 0), c, Accumulate);
  c.set_result(c[0]);
}
template <bool Accumulate>
TensorRef scatter_op(const Call& c) {
  TensorRef out = clone(tensor_at(c, 0));
  scatter_into(out, c, Accumulate);
  return out;
}

// index_add, index_copy, index_fill: whole slices at the positions of an index vector.
enum class SliceWrite : std::uint8_t { kCopy, kAdd, kFill };
template <SliceWrite Kind>
void write_slices(const TensorRef& self, const Call& c) {
  const IndexPlan plan = plan_index_select(self, int_at(c, 1), tensor_at(c, 2));
  TensorRef source = c[3].is_tensor() ? tensor_at(c, 3) : scalar_tensor(scalar_at(c, 3), self->dtype());
  if (Kind != SliceWrite::kFill && self->rank() > 0 && source->shape() != plan.shape) {
    fail("source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ",
         shape_text(self->sizes()), " source.shape = ", shape_text(source->sizes()));
  }
  if (source->dtype() != self->dtype()) {
    fail("self (", scalar_type_name(self->dtype()), ") and source (", scalar_type_name(source->dtype()),
         ") must have the same scalar type");
  }
  if (Kind == SliceWrite::kAdd) {
    const Scalar alpha = scalar_or(c, 4, Scalar(1));
    if (alpha.to<double>() != 1) source = mul(source, wrapped_number(alpha));
    add_elements(plan, source);
  } else {
    scatter_elements(plan, source);
  }
}
template <SliceWrite Kind>
void write_slices_in_place(Call& c) {
  write_slices<Kind>(tensor_at(c, 0), c);
  c.set_result(c[0]);
}
template <SliceWrite Kind>
TensorRef write_slices_op(const Call& c) {
  TensorRef out = clone(tensor_at(c, 0));
  write_slices<Kind>(out, c);
  return out;
}

TensorRef take_op(const Call& c) {
  const TensorRef places = tensor_at(c, 1);
  if (places->dtype() != DType::kInt64)
    fail("take(): Expected a long tensor for index, but got ", scalar_type_name(places->dtype()));
  return index(reshape(tensor_at(c, 0), Dims{-1}), {places});
}

TensorRef take_along_dim_op(const Call& c) {
  TensorRef x = tensor_at(c, 0);
  TensorRef places = tensor_at(c, 1);
  if (is_absent(c, 2)) {
    x = reshape(x, Dims{-1});
    places = reshape(places, Dims{-1});
    return gather_elements(plan_gather(x, 0, places, "take_along_dim"));
  }
  const std::int64_t dim = wrap_dim(int_at(c, 2), x->rank());
  if (x->rank() != places->rank()) {
    fail("torch.take_along_dim(): input and indices should have the same number of dimensions, but got ", x->rank(),
         " dimensions for input, and ", places->rank(), " dimensions for indices");
  }
  Dims own = x->shape();
  Dims theirs = places->shape();
  own[dim] = theirs[dim] = 1;
  const Dims shared = broadcast_shapes(own, theirs);
  Dims x_shape = shared;
  Dims index_shape = shared;
  x_shape[dim] = x->size(dim);
  index_shape[dim] = places->size(dim);
  return gather_elements(plan_gather(expand(x, x_shape), dim, expand(places, index_shape), "take_along_dim"));
}

TensorRef masked_select_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const TensorRef mask = tensor_at(c, 1);
  if (mask->dtype() != DType::kBool) fail("masked_select: expected BoolTensor for mask");
  const Dims shape = broadcast_shapes(x->sizes(), mask->sizes());
  if (shape.empty()) return index(unsqueeze(x, 0), {unsqueeze(mask, 0)});
  return index(expand(x, shape), {expand(mask, shape)});
}

void masked_scatter_into(const TensorRef& self, const Call& c) {
  const TensorRef mask = expand(tensor_at(c, 1), self->shape());
  const TensorRef source = contiguous(tensor_at(c, 2));
  if (mask->dtype() != DType::kBool)
    fail("masked_scatter_ only supports boolean masks, but got mask with dtype ", scalar_type_name(mask->dtype()));
  if (self->dtype() != source->dtype()) {
    fail("masked_scatter: expected self and source to have same dtypes but got ", scalar_type_name(self->dtype()),
         " and ", scalar_type_name(source->dtype()));
  }
  const TensorRef target = self->rank() == 0 ? unsqueeze(self, 0) : self;
  const IndexPlan plan = plan_index(target, {self->rank() == 0 ? unsqueeze(mask, 0) : mask});
  const std::int64_t wanted = element_count(plan.shape);
  if (source->count() < wanted) {
    fail("masked_scatter: expected self to have number of elements in the source at least as many as ones in mask: ",
         wanted);
  }
  scatter_elements(plan, narrow(view(source, Dims{-1}), 0, 0, wanted));
}
void masked_scatter_in_place(Call& c) {
  masked_scatter_into(tensor_at(c, 0), c);
  c.set_result(c[0]);
}
TensorRef masked_scatter_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  TensorRef out = clone_contiguous(expand(x, broadcast_shapes(x->sizes(), tensor_at(c, 1)->sizes())));
  masked_scatter_into(out, c);
  return out;
}

TensorRef nonzero_op(const Call& c) { return nonzero(tensor_at(c, 0)); }
void nonzero_list(Call& c) {
  const TensorRef x = tensor_at(c, 0);
  c.set_result(as_value(unbind(nonzero(x->rank() == 0 ? unsqueeze(x, 0) : x), 1)));
}

TensorRef embedding_op(const Call& c) {
  const TensorRef weight = tensor_at(c, 0);
  const TensorRef indices = tensor_at(c, 1);
  if (weight->rank() != 2) fail("'weight' must be 2-D");
  if (indices->dtype() != DType::kInt64 && indices->dtype() != DType::kInt32) {
    fail("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got ",
         scalar_type_name(indices->dtype()), " instead (while checking arguments for embedding)");
  }
  const TensorRef flat = reshape(indices, Dims{-1});
  const std::int64_t rows = weight->size(0);
  const TensorRef wide = contiguous_as(flat, DType::kInt64);
  for (std::int64_t i = 0; i < wide->count(); ++i) {
    const std::int64_t at = wide->ptr<std::int64_t>()[i];
    if (at < 0 || at >= rows) fail_index("index out of range in self");
  }
  Dims shape = indices->shape();
  shape.push_back(weight->size(1));
  return view(gather_elements(plan_index_select(weight, 0, wide)), shape);
}

TensorRef one_hot_op(const Call& c) {
  const TensorRef given = tensor_at(c, 0);
  if (given->dtype() != DType::kInt64) fail("one_hot is only applicable to index tensor of type LongTensor.");
  const TensorRef x = contiguous(given);
  std::int64_t classes = int_or(c, 1, -1);
  const auto* p = x->ptr<std::int64_t>();
  const std::int64_t n = x->count();
  if (n == 0 && classes <= 0) fail("Can not infer total number of classes from empty tensor.");
  for (std::int64_t i = 0; i < n; ++i) {
    if (p[i] < 0) fail("Class values must be non-negative.");
  }
  const std::int64_t largest = n == 0 ? 0 : *std::max_element(p, p + n);
  if (classes == -1) classes = largest + 1;
  if (classes < 1) fail("num_classes should be positive");
  if (n > 0 && largest >= classes) fail("Class values must be smaller than num_classes.");
  Dims shape = x->shape();
  shape.push_back(classes);
  TensorRef out = zeros(shape, DType::kInt64);
  for (std::int64_t i = 0; i < n; ++i) out->ptr<std::int64_t>()[i * classes + p[i]] = 1;
  return out;
}

}  // namespace

KernelTable indexing_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", functional<index_op>},
      {"aten::index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor", functional<index_op>},
      {"aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
       functional<index_put_op>},
      {"aten::index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
       functional<index_put_op>},
      {"aten::index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
       index_put_in_place},
      {"aten::index_put_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False) -> "
       "Tensor(a!)",
       index_put_in_place},
      {"aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", functional<index_select_op>},
      {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor",
       functional<write_slices_op<SliceWrite::kAdd>>},
      {"aten::index_add_(Tensor(a!) self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor(a!)",
       write_slices_in_place<SliceWrite::kAdd>},
      {"aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor",
       functional<write_slices_op<SliceWrite::kCopy>>},
      {"aten::index_copy_(Tensor(a!) self, int dim, Tensor index, Tensor source) -> Tensor(a!)",
       write_slices_in_place<SliceWrite::kCopy>},
      {"aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
       functional<write_slices_op<SliceWrite::kFill>>},
      {"aten::index_fill_.int_Scalar(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)",
       write_slices_in_place<SliceWrite::kFill>},
      {"aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", functional<gather_op>},
      {"aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", functional<scatter_op<false>>},
      {"aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
       functional<scatter_op<false>>},
      {"aten::scatter_.src(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!)", scatter_in_place<false>},
      {"aten::scatter_.value(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)",
       scatter_in_place<false>},
      {"aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", functional<scatter_op<true>>},
      {"aten::scatter_add_(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!)", scatter_in_place<true>},
      {"aten::take(Tensor self, Tensor index) -> Tensor", functional<take_op>},
      {"aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", functional<take_along_dim_op>},
      {"aten::masked_select(Tensor self, Tensor mask) -> Tensor", functional<masked_select_op>},
      {"aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", functional<masked_scatter_op>},
      {"aten::masked_scatter_(Tensor(a!) self, Tensor mask, Tensor source) -> Tensor(a!)", masked_scatter_in_place},
      {"aten::nonzero(Tensor self) -> Tensor", functional<nonzero_op>},
      {"aten::argwhere(Tensor self) -> Tensor", functional<nonzero_op>},
      {"aten::nonzero_numpy(Tensor self) -> Tensor[]", nonzero_list},
      {"aten::where(Tensor condition) -> Tensor[]", nonzero_list},
      {"aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool "
       "sparse=False) -> Tensor",
       functional<embedding_op>},
      {"aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", functional<one_hot_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
