// Elements at computed places: the common frame of indexing, gather, scatter and embedding.
//
// The tensor that is read from (or written to) is given as a view that has the shape of the result and stands still
// along indexed dimensions; a second operand says how many bytes further the element lies.
#pragma once

#include <vector>

#include "native_tensor.h"

namespace portfire::kernels {

struct IndexPlan {
  Dims shape;
  TensorRef base;     // view of the indexed tensor, of this shape, stride 0 where indices decide
  TensorRef offsets;  // int64, in bytes; broadcasts to the shape
};

// Byte offsets of indices into a dimension; negative ones count from the end. Throws IndexError outside of it.
TensorRef byte_offsets(const TensorRef& index, std::int64_t size, std::int64_t stride_bytes, std::int64_t dim,
                       bool allow_negative);
// Python's x[i, j, ...] with tensors; null stands for a full slice; masks are expanded.
IndexPlan plan_index(const TensorRef& x, const std::vector<TensorRef>& indices);
// One index vector for one dimension.
IndexPlan plan_index_select(const TensorRef& x, std::int64_t dim, const TensorRef& index);

TensorRef gather_elements(const IndexPlan& plan);
void scatter_elements(const IndexPlan& plan, const TensorRef& values);
void add_elements(const IndexPlan& plan, const TensorRef& values);

// Coordinates of the elements that are not zero, in row-major order: (n, rank).
TensorRef nonzero(const TensorRef& x);
TensorRef index(const TensorRef& x, const std::vector<TensorRef>& indices);

}  // namespace portfire::kernels
