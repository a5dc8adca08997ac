// One tensor into several views: split, chunk, unbind; and several broadcast against one another.
#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

using Tensors = std::vector<TensorRef>;

template <Tensors (*F)(const Call&)>
void listed(Call& c) {
  c.set_result(as_value(F(c)));
}

Tensors split_even(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() == 0) fail("split expects at least a 1-dimensional tensor");
  const std::int64_t each = int_at(c, 1);
  const std::int64_t dim = wrap_dim(int_or(c, 2, 0), t->rank());
  const std::int64_t size = t->size(dim);
  if (each < 0) fail("split expects split_size be non-negative, but got split_size=", each);
  if (each == 0 && size != 0) {
    fail("split_size can only be 0 if dimension size is 0, but got dimension size of ", size);
  }
  Dims sizes;
  for (std::int64_t left = size; left > 0; left -= each) sizes.push_back(std::min(each, left));
  if (sizes.empty()) sizes.push_back(0);
  return split_sizes(t, sizes, dim);
}

Tensors split_listed(const Call& c) { return split_sizes(tensor_at(c, 0), ints_at(c, 1), int_or(c, 2, 0)); }
Tensors chunk_op(const Call& c) { return chunk(tensor_at(c, 0), int_at(c, 1), int_or(c, 2, 0)); }
Tensors unbind_op(const Call& c) { return unbind(tensor_at(c, 0), int_or(c, 1, 0)); }

Tensors tensor_split_sections(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_or(c, 2, 0), t->rank());
  const std::int64_t sections = int_at(c, 1);
  if (t->rank() == 0) fail("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  if (sections <= 0) fail("number of sections must be larger than 0, got ", sections);
  Dims sizes;
  const std::int64_t size = t->size(dim);
  for (std::int64_t i = 0; i < sections; ++i) sizes.push_back(size / sections + (i < size % sections ? 1 : 0));
  return split_sizes(t, sizes, dim);
}

Tensors tensor_split_indices(const Call& c) {
  const TensorRef t = tensor_at(c, 0);
  const std::int64_t dim = wrap_dim(int_or(c, 2, 0), t->rank());
  Tensors out;
  std::int64_t start = 0;
  for (const std::int64_t end : ints_at(c, 1)) {
    out.push_back(slice(t, dim, start, end));
    start = end;
  }
  out.push_back(slice(t, dim, start, std::nullopt));
  return out;
}

Tensors broadcast_tensors(const Call& c) {
  Tensors tensors = tensors_at(c, 0);
  Dims shape;
  for (const TensorRef& t : tensors) shape = broadcast_shapes(shape, t->sizes());
  for (TensorRef& t : tensors) t = expand(t, shape);
  return tensors;
}

Tensors meshgrid(const Call& c) {
  Tensors tensors = tensors_at(c, 0);
  const std::string indexing = string_or(c, 1, "ij");
  if (indexing != "ij" && indexing != "xy") {
    fail("torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  }
  const bool swap = indexing == "xy" && tensors.size() >= 2;
  if (swap) std::swap(tensors[0], tensors[1]);
  Dims shape;
  for (const TensorRef& t : tensors) {
    if (t->rank() > 1) fail("torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ", t->rank(), "D");
    shape.push_back(t->count());
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Dims own(tensors.size(), 1);
    own[static_cast<std::int64_t>(i)] = tensors[i]->count();
    tensors[i] = expand(view(tensors[i], own), shape);
  }
  if (swap) std::swap(tensors[0], tensors[1]);
  return tensors;
}

}  // namespace

KernelTable split_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]", listed<split_even>},
      {"aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]", listed<split_listed>},
      {"aten::split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]", listed<split_listed>},
      {"aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
       listed<split_listed>},
      {"aten::unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", listed<split_even>},
      {"aten::unsafe_split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]", listed<split_listed>},
      {"aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", listed<chunk_op>},
      {"aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", listed<chunk_op>},
      {"aten::tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]",
       listed<tensor_split_sections>},
      {"aten::tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]",
       listed<tensor_split_indices>},
      {"aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", listed<unbind_op>},
      {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", listed<broadcast_tensors>},
      {"aten::meshgrid(Tensor[] tensors) -> Tensor[]", listed<meshgrid>},
      {"aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", listed<meshgrid>},
  };
  return kTable;
}

}  // namespace portfire::kernels
