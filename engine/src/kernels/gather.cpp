// Planning and running of reads and writes at computed places.
#include "gather.h"

#include <cstring>

#include "convert.h"
#include "fail.h"
#include "strided_loop.h"
#include "views.h"

namespace portfire::kernels {
namespace {

bool is_mask(const NativeTensor& t) { return t.dtype() == DType::kBool || t.dtype() == DType::kUInt8; }

void check_index_dtype(const NativeTensor& t) {
  if (t.dtype() != DType::kInt64 && t.dtype() != DType::kInt32 && !is_mask(t)) {
    fail_index("tensors used as indices must be long, int, byte or bool tensors");
  }
}

void check_mask_shape(const NativeTensor& mask, const NativeTensor& x, std::int64_t dim) {
  for (std::int64_t d = 0; d < mask.rank(); ++d) {
    if (dim + d >= x.rank() || mask.size(d) != x.size(dim + d)) {
      fail_index("The shape of the mask ", shape_text(mask.sizes()), " at index ", d,
                 " does not match the shape of the indexed tensor ", shape_text(x.sizes()), " at index ", dim + d);
    }
  }
}

// One entry per dimension of x: null, or an index tensor of int64.
std::vector<TensorRef> expand_indices(const TensorRef& x, const std::vector<TensorRef>& indices) {
  std::vector<TensorRef> out;
  for (const TensorRef& index : indices) {
    if (!index) {
      out.emplace_back();
      continue;
    }
    check_index_dtype(*index);
    if (!is_mask(*index)) {
      out.push_back(convert(index, DType::kInt64));
      continue;
    }
    check_mask_shape(*index, *x, static_cast<std::int64_t>(out.size()));
    const TensorRef places = nonzero(index);
    for (std::int64_t d = 0; d < index->rank(); ++d) out.push_back(select(places, 1, d));
    if (index->rank() == 0) fail_index("a 0-dimensional mask cannot be used as an index by the native kernels");
  }
  if (static_cast<std::int64_t>(out.size()) > x->rank()) {
    fail_index("too many indices for tensor of dimension ", x->rank(), " (got ", out.size(), ")");
  }
  out.resize(static_cast<std::size_t>(x->rank()));
  return out;
}

Dims broadcast_index_shape(const std::vector<TensorRef>& indices) {
  Dims shape;
  try {
    for (const TensorRef& index : indices) {
      if (index) shape = broadcast_shapes(shape, index->sizes());
    }
  } catch (const Error&) {
    std::string shapes;
    for (const TensorRef& index : indices) {
      if (index) shapes += (shapes.empty() ? "" : ", ") + shape_text(index->sizes());
    }
    fail_index("shape mismatch: indexing tensors could not be broadcast together with shapes ", shapes);
  }
  return shape;
}

// Copies or adds one row: elements of a plain operand against those `offset` bytes behind a base.
template <typename T, typename F>
void walk(const NativeTensor& plain, const IndexPlan& plan, F each) {
  auto row = [&](char* const* p, const std::int64_t* s, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t offset = *reinterpret_cast<const std::int64_t*>(p[2] + i * s[2]);
      each(p[0] + i * s[0], p[1] + i * s[1] + offset);
    }
  };
  for_each_row(plan.shape, {&plain, plan.base.get(), plan.offsets.get()}, row);
}

}  // namespace

TensorRef byte_offsets(const TensorRef& index, std::int64_t size, std::int64_t stride_bytes, std::int64_t dim,
                       bool allow_negative) {
  const TensorRef positions = convert(index, DType::kInt64);
  TensorRef out = empty_result(index->shape(), {index.get()}, DType::kInt64);
  const std::int64_t lowest = allow_negative ? -size : 0;
  map_elements<std::int64_t, std::int64_t>(*out, *positions, [=](std::int64_t i) {
    if (i < lowest || i >= size) {
      if (allow_negative) fail_index("index ", i, " is out of bounds for dimension ", dim, " with size ", size);
      fail("index ", i, " is out of bounds for dimension ", dim, " with size ", size);
    }
    return (i < 0 ? i + size : i) * stride_bytes;
  });
  return out;
}

IndexPlan plan_index(const TensorRef& x, const std::vector<TensorRef>& given) {
  const std::vector<TensorRef> indices = expand_indices(x, given);
  const Dims index_shape = broadcast_index_shape(indices);
  std::int64_t first = -1;
  std::int64_t last = -1;
  std::int64_t used = 0;
  for (std::int64_t d = 0; d < x->rank(); ++d) {
    if (!indices[static_cast<std::size_t>(d)]) continue;
    if (first < 0) first = d;
    last = d;
    ++used;
  }
  if (used == 0) fail_index("at least one index must be a tensor");
  const bool adjacent = last - first + 1 == used;
  const auto item = static_cast<std::int64_t>(x->item_size());
  IndexPlan plan;
  Dims strides;
  const auto add_index_dims = [&] {
    plan.shape.append(index_shape);
    for (std::size_t i = 0; i < index_shape.size(); ++i) strides.push_back(0);
  };
  if (!adjacent) add_index_dims();
  std::int64_t after = 0;
  for (std::int64_t d = 0; d < x->rank(); ++d) {
    if (adjacent && d == first) add_index_dims();
    if (indices[static_cast<std::size_t>(d)]) continue;
    plan.shape.push_back(x->size(d));
    strides.push_back(x->stride(d));
    if (!adjacent || d > last) ++after;
  }
  plan.base = make_view(x, plan.shape, strides, x->offset());
  TensorRef total = zeros(index_shape, DType::kInt64);
  for (std::int64_t d = 0; d < x->rank(); ++d) {
    const TensorRef& index = indices[static_cast<std::size_t>(d)];
    if (!index) continue;
    const TensorRef offsets = byte_offsets(index, x->size(d), x->stride(d) * item, d, true);
    map_elements<std::int64_t, std::int64_t>(*total, *total, *offsets,
                                             [](std::int64_t a, std::int64_t b) { return a + b; });
  }
  for (; after > 0; --after) total = unsqueeze(total, total->rank());
  plan.offsets = total;
  return plan;
}

IndexPlan plan_index_select(const TensorRef& x, std::int64_t dim, const TensorRef& index) {
  if (index->rank() > 1) fail_index("index_select(): Index is supposed to be a vector");
  if (index->dtype() != DType::kInt64 && index->dtype() != DType::kInt32) {
    fail("index_select(): Expected dtype int32 or int64 for index");
  }
  dim = wrap_dim(dim, x->rank());
  const TensorRef source = x->rank() == 0 ? unsqueeze(x, 0) : x;
  IndexPlan plan;
  plan.shape = source->shape();
  plan.shape[dim] = index->count();
  Dims strides = source->steps();
  const std::int64_t step = strides[dim] * static_cast<std::int64_t>(x->item_size());
  strides[dim] = 0;
  plan.base = make_view(source, plan.shape, strides, source->offset());
  plan.offsets = byte_offsets(reshape(index, Dims{-1}), source->size(dim), step, dim, false);
  for (std::int64_t d = dim + 1; d < source->rank(); ++d) plan.offsets = unsqueeze(plan.offsets, plan.offsets->rank());
  return plan;
}

TensorRef gather_elements(const IndexPlan& plan) {
  TensorRef out = empty(plan.shape, plan.base->dtype());
  dispatch_item_size(out->item_size(), [&]<typename T>(Type<T>) {
    auto row = [](char* const* p, const std::int64_t* s, std::int64_t n) {
      if (s[2] == 0 && s[0] == sizeof(T) && s[1] == sizeof(T)) {  // a run along a dimension that is not indexed
        std::memcpy(p[0], p[1] + *reinterpret_cast<const std::int64_t*>(p[2]), static_cast<std::size_t>(n) * sizeof(T));
        return;
      }
      for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t offset = *reinterpret_cast<const std::int64_t*>(p[2] + i * s[2]);
        std::memcpy(p[0] + i * s[0], p[1] + i * s[1] + offset, sizeof(T));
      }
    };
    for_each_row(plan.shape, {out.get(), plan.base.get(), plan.offsets.get()}, row);
  });
  return out;
}

void scatter_elements(const IndexPlan& plan, const TensorRef& values) {
  const TensorRef source = convert(values, plan.base->dtype());
  dispatch_item_size(plan.base->item_size(), [&]<typename T>(Type<T>) {
    walk<T>(*source, plan, [](const char* from, char* to) { std::memcpy(to, from, sizeof(T)); });
  });
}

void add_elements(const IndexPlan& plan, const TensorRef& values) {
  const TensorRef source = convert(values, plan.base->dtype());
  dispatch_all(plan.base->dtype(), "index_put_", [&]<typename T>(Type<T>) {
    walk<T>(*source, plan, [](const char* from, char* to) {
      T& target = *reinterpret_cast<T*>(to);
      const T& value = *reinterpret_cast<const T*>(from);
      if constexpr (std::is_same_v<T, bool>) {
        target = target || value;
      } else {
        target = static_cast<T>(target + value);
      }
    });
  });
}

TensorRef nonzero(const TensorRef& t) {
  const TensorRef x = contiguous(t);
  TensorRef out;
  dispatch_all(x->dtype(), "nonzero", [&]<typename T>(Type<T>) {
    const T* p = x->ptr<T>();
    const std::int64_t n = x->count();
    std::int64_t found = 0;
    for (std::int64_t i = 0; i < n; ++i) found += convert_number<bool>(p[i]) ? 1 : 0;
    out = empty(Dims{x->rank(), found}, DType::kInt64);
    auto* at = out->ptr<std::int64_t>();
    for (std::int64_t i = 0; i < n; ++i) {
      if (!convert_number<bool>(p[i])) continue;
      std::int64_t rest = i;
      for (std::int64_t d = x->rank() - 1; d >= 0; --d) {
        at[d * found] = rest % x->size(d);
        rest /= x->size(d);
      }
      ++at;
    }
  });
  return transpose(out, 0, 1);
}

TensorRef index(const TensorRef& x, const std::vector<TensorRef>& indices) {
  return gather_elements(plan_index(x, indices));
}

}  // namespace portfire::kernels
