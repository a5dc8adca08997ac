// The geometry of views. The operators over them are in view_ops.cpp and split.cpp.
#include "views.h"

#include "convert.h"
#include "dispatch.h"
#include "fail.h"

namespace portfire::kernels {
namespace {

// `shape` with its -1 replaced. Throws if the shape does not hold `count` elements.
Dims infer_size(const Dims& shape, std::int64_t count) {
  std::int64_t known = 1;
  std::int64_t unknown = -1;
  for (std::int64_t d = 0; d < shape.rank(); ++d) {
    if (shape[d] == -1) {
      if (unknown >= 0) fail("only one dimension can be inferred");
      unknown = d;
    } else if (shape[d] < 0) {
      fail("invalid shape dimension ", shape[d]);
    } else if (__builtin_mul_overflow(known, shape[d], &known)) {
      known = -1;
      break;
    }
  }
  Dims out = shape;
  if (unknown >= 0 && known > 0 && count % known == 0) {
    out[unknown] = count / known;
    return out;
  }
  if (unknown >= 0 && known == 0 && count == 0) {
    fail("cannot reshape tensor of 0 elements into shape ", shape_text(shape),
         " because the unspecified dimension size -1 can be any value and is ambiguous");
  }
  if (unknown >= 0 || known != count) fail("shape '", shape_text(shape), "' is invalid for input of size ", count);
  return out;
}

// Strides of a view of `shape` over the memory of `t`; none if the dimensions do not merge that way.
std::optional<Dims> view_strides(const NativeTensor& t, const Dims& shape) {
  if (t.count() == 0) return t.shape() == shape ? t.steps() : contiguous_strides(shape);
  Dims strides(shape.size());
  std::int64_t view_d = shape.rank() - 1;
  std::int64_t base = t.rank() == 0 ? 1 : t.steps().back();
  std::int64_t chunk_count = 1;
  std::int64_t view_count = 1;
  for (std::int64_t d = t.rank() - 1; d >= 0; --d) {
    chunk_count *= t.size(d);
    const bool ends_chunk = d == 0 || (t.size(d - 1) != 1 && t.stride(d - 1) != chunk_count * base);
    if (!ends_chunk) continue;
    while (view_d >= 0 && (view_count < chunk_count || shape[view_d] == 1)) {
      strides[view_d] = view_count * base;
      view_count *= shape[view_d--];
    }
    if (view_count != chunk_count) return std::nullopt;
    if (d > 0) {
      base = t.stride(d - 1);
      chunk_count = 1;
      view_count = 1;
    }
  }
  for (; view_d >= 0; --view_d) {  // leading ones, and all dimensions of a view of a 0-d tensor
    if (shape[view_d] != 1) return std::nullopt;
    strides[view_d] = 1;
  }
  return strides;
}

TensorRef with_geometry(const TensorRef& t, Dims sizes, Dims strides) {
  return make_view(t, std::move(sizes), std::move(strides), t->offset());
}

}  // namespace

TensorRef alias(const TensorRef& t) { return with_geometry(t, t->shape(), t->steps()); }

TensorRef select(const TensorRef& t, std::int64_t dim, std::int64_t index) {
  if (t->rank() == 0) fail_index("select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, t->rank());
  const std::int64_t size = t->size(dim);
  if (index < -size || index >= size) {
    fail_index("select(): index ", index, " out of range for tensor of size ", shape_text(t->sizes()), " at dimension ",
               dim);
  }
  Dims sizes = t->shape();
  Dims strides = t->steps();
  const std::int64_t offset = t->offset() + (index < 0 ? index + size : index) * strides[dim];
  sizes.erase(dim);
  strides.erase(dim);
  return make_view(t, std::move(sizes), std::move(strides), offset);
}

TensorRef slice(const TensorRef& t, std::int64_t dim, std::optional<std::int64_t> start,
                std::optional<std::int64_t> end, std::int64_t step) {
  if (t->rank() == 0) fail("slice() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, t->rank());
  if (step <= 0) fail("slice step must be positive");
  const std::int64_t size = t->size(dim);
  const auto clamp = [size](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size); };
  const std::int64_t first = clamp(start.value_or(0));
  const std::int64_t last = std::max(first, clamp(end.value_or(size)));
  Dims sizes = t->shape();
  Dims strides = t->steps();
  sizes[dim] = (last - first) / step + ((last - first) % step != 0 ? 1 : 0);
  const std::int64_t offset = t->offset() + first * strides[dim];
  if (sizes[dim] > 1) strides[dim] *= step;
  if (sizes[dim] <= 1 && __builtin_mul_overflow(strides[dim], step, &strides[dim])) strides[dim] = 1;
  return make_view(t, std::move(sizes), std::move(strides), offset);
}

TensorRef narrow(const TensorRef& t, std::int64_t dim, std::int64_t start, std::int64_t length) {
  if (t->rank() == 0) fail("narrow() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, t->rank());
  const std::int64_t size = t->size(dim);
  if (length < 0) fail("narrow(): length must be non-negative.");
  if (start < -size || start > size) {
    fail_index("start out of range (expected to be in range of [", -size, ", ", size, "], but got ", start, ")");
  }
  if (start < 0) start += size;
  if (start > size - length) fail("start (", start, ") + length (", length, ") exceeds dimension size (", size, ").");
  return slice(t, dim, start, start + length);
}

TensorRef transpose(const TensorRef& t, std::int64_t dim0, std::int64_t dim1) {
  dim0 = wrap_dim(dim0, t->rank());
  dim1 = wrap_dim(dim1, t->rank());
  if (dim0 == dim1) return alias(t);
  Dims sizes = t->shape();
  Dims strides = t->steps();
  std::swap(sizes[dim0], sizes[dim1]);
  std::swap(strides[dim0], strides[dim1]);
  return with_geometry(t, std::move(sizes), std::move(strides));
}

TensorRef permute(const TensorRef& t, const Dims& dims) {
  if (dims.rank() != t->rank()) {
    fail(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
        "ordering "
        "of dimensions i.e. input.dim() = ",
        t->rank(), " is not equal to len(dims) = ", dims.rank());
  }
  Dims sizes(dims.size());
  Dims strides(dims.size());
  Dims seen(dims.size());
  for (std::int64_t i = 0; i < dims.rank(); ++i) {
    const std::int64_t d = wrap_dim(dims[i], t->rank());
    if (seen[d]++) fail("permute(): duplicate dims are not allowed.");
    sizes[i] = t->size(d);
    strides[i] = t->stride(d);
  }
  return with_geometry(t, std::move(sizes), std::move(strides));
}

TensorRef expand(const TensorRef& t, const Dims& wanted) {
  const std::int64_t added = wanted.rank() - t->rank();
  if (added < 0) {
    fail("expand(", scalar_type_name(t->dtype()), "Tensor{", shape_text(t->sizes()), "}, size=", shape_text(wanted),
         "): the number of sizes provided (", wanted.rank(),
         ") must be greater or equal to the number of dimensions in the "
         "tensor (",
         t->rank(), ")");
  }
  Dims sizes = wanted;
  Dims strides(wanted.size());
  for (std::int64_t i = wanted.rank() - 1; i >= 0; --i) {
    const std::int64_t d = i - added;
    const std::int64_t own = d >= 0 ? t->size(d) : 1;
    if (sizes[i] == -1) {
      if (d < 0) {
        fail("The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ", i);
      }
      sizes[i] = own;
    }
    if (d < 0) {
      strides[i] = i + 1 < wanted.rank() ? sizes[i + 1] * strides[i + 1] : 1;
    } else {
      strides[i] = t->stride(d);
    }
    if (own == sizes[i]) continue;
    if (own != 1 || sizes[i] < 0) {
      fail("The expanded size of the tensor (", sizes[i], ") must match the existing size (", own,
           ") at non-singleton dimension ", i, ".  Target sizes: ", shape_text(wanted),
           ".  Tensor sizes: ", shape_text(t->sizes()));
    }
    strides[i] = 0;
  }
  return with_geometry(t, std::move(sizes), std::move(strides));
}

TensorRef unsqueeze(const TensorRef& t, std::int64_t dim) {
  dim = wrap_dim(dim, t->rank() + 1);
  Dims sizes = t->shape();
  Dims strides = t->steps();
  const std::int64_t step = dim < t->rank() ? sizes[dim] * strides[dim] : 1;
  sizes.insert(dim, 1);
  strides.insert(dim, step);
  return with_geometry(t, std::move(sizes), std::move(strides));
}

TensorRef squeeze(const TensorRef& t, std::int64_t dim) {
  dim = wrap_dim(dim, t->rank());
  if (t->rank() == 0 || t->size(dim) != 1) return alias(t);
  Dims sizes = t->shape();
  Dims strides = t->steps();
  sizes.erase(dim);
  strides.erase(dim);
  return with_geometry(t, std::move(sizes), std::move(strides));
}

TensorRef view(const TensorRef& t, const Dims& wanted) {
  Dims shape = infer_size(wanted, t->count());
  std::optional<Dims> strides = view_strides(*t, shape);
  if (!strides) {
    fail(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous subspaces). Use .reshape(...) instead.");
  }
  return with_geometry(t, std::move(shape), std::move(*strides));
}

TensorRef reshape(const TensorRef& t, const Dims& wanted) {
  Dims shape = infer_size(wanted, t->count());
  if (std::optional<Dims> strides = view_strides(*t, shape))
    return with_geometry(t, std::move(shape), std::move(*strides));
  const TensorRef copy = clone_contiguous(t);
  Dims strides = contiguous_strides(shape);
  return with_geometry(copy, std::move(shape), std::move(strides));
}

TensorRef flatten(const TensorRef& t, std::int64_t first, std::int64_t last) {
  first = wrap_dim(first, t->rank());
  last = wrap_dim(last, t->rank());
  if (first > last) fail("flatten() has invalid args: start_dim cannot come after end_dim");
  if (t->rank() == 0) return reshape(t, Dims{1});
  if (first == last) return t;
  Dims shape;
  std::int64_t merged = 1;
  for (std::int64_t d = 0; d < t->rank(); ++d) {
    if (d >= first && d <= last) {
      merged *= t->size(d);
      if (d == last) shape.push_back(merged);
    } else {
      shape.push_back(t->size(d));
    }
  }
  return reshape(t, shape);
}

TensorRef move_dims(const TensorRef& t, const Dims& source, const Dims& destination) {
  if (source.size() != destination.size()) {
    fail("movedim: Invalid source or destination dims: source (", shape_text(source),
         " dims) should contain the same number of dims as destination (", shape_text(destination), " dims)");
  }
  Dims order(static_cast<std::size_t>(t->rank()), -1);
  Dims taken(static_cast<std::size_t>(t->rank()), 0);
  for (std::int64_t i = 0; i < source.rank(); ++i) {
    const std::int64_t from = wrap_dim(source[i], t->rank());
    const std::int64_t to = wrap_dim(destination[i], t->rank());
    if (t->rank() == 0) return alias(t);
    if (taken[from]++ || order[to] != -1) fail("movedim: repeated dim in `source` or `destination`");
    order[to] = from;
  }
  std::int64_t next = 0;
  for (std::int64_t& d : order) {
    if (d != -1) continue;
    while (taken[next]) ++next;
    d = next++;
  }
  return permute(t, order);
}

TensorRef diagonal(const TensorRef& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  dim1 = wrap_dim(dim1, t->rank());
  dim2 = wrap_dim(dim2, t->rank());
  if (dim1 == dim2) fail("diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  const std::int64_t rows = t->size(dim1) + std::min<std::int64_t>(offset, 0);
  const std::int64_t columns = t->size(dim2) - std::max<std::int64_t>(offset, 0);
  const std::int64_t length = std::max<std::int64_t>(std::min(rows, columns), 0);
  Dims sizes = t->shape();
  Dims strides = t->steps();
  std::int64_t start = t->offset();
  if (length > 0) start += offset >= 0 ? offset * strides[dim2] : -offset * strides[dim1];
  const std::int64_t step = strides[dim1] + strides[dim2];
  for (const std::int64_t d : {std::max(dim1, dim2), std::min(dim1, dim2)}) {
    sizes.erase(d);
    strides.erase(d);
  }
  sizes.push_back(length);
  strides.push_back(step);
  return make_view(t, std::move(sizes), std::move(strides), start);
}

std::vector<TensorRef> split_sizes(const TensorRef& t, const Dims& sizes, std::int64_t dim) {
  if (t->rank() == 0) fail("split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, t->rank());
  std::int64_t sum = 0;
  for (const std::int64_t s : sizes) {
    if (s < 0)
      fail("split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=",
           shape_text(sizes));
    sum += s;
  }
  if (sum != t->size(dim)) {
    fail("split_with_sizes expects split_sizes to sum exactly to ", t->size(dim), " (input tensor's size at dimension ",
         dim, "), but got split_sizes=", shape_text(sizes));
  }
  std::vector<TensorRef> out;
  std::int64_t start = 0;
  for (const std::int64_t s : sizes) {
    out.push_back(narrow(t, dim, start, s));
    start += s;
  }
  return out;
}

std::vector<TensorRef> chunk(const TensorRef& t, std::int64_t chunks, std::int64_t dim) {
  if (t->rank() == 0) fail("chunk expects at least a 1-dimensional tensor");
  if (chunks <= 0) fail("chunk expects `chunks` to be greater than 0, got: ", chunks);
  const std::int64_t size = t->size(wrap_dim(dim, t->rank()));
  const std::int64_t each = (size + chunks - 1) / chunks;
  Dims sizes;
  if (each == 0) sizes.resize(static_cast<std::size_t>(chunks), 0);
  for (std::int64_t left = size; each > 0 && left > 0; left -= each) sizes.push_back(std::min(each, left));
  return split_sizes(t, sizes, dim);
}

std::vector<TensorRef> unbind(const TensorRef& t, std::int64_t dim) {
  if (t->rank() == 0) fail_index("Dimension specified as 0 but tensor has no dimensions");
  dim = wrap_dim(dim, t->rank());
  std::vector<TensorRef> out;
  for (std::int64_t i = 0; i < t->size(dim); ++i) out.push_back(select(t, dim, i));
  return out;
}

}  // namespace portfire::kernels
