// Copies in another order: repeat, tile, repeat_interleave, flip, roll, diag, pixel_shuffle.
#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

TensorRef repeat(const TensorRef& given, const Dims& repeats) {
  if (repeats.rank() < given->rank()) {
    fail("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  }
  TensorRef x = given;
  while (x->rank() < repeats.rank()) x = unsqueeze(x, 0);
  Dims interleaved;  // (repeats, size) per dimension: a broadcast copy, then merged
  Dims shape;
  TensorRef t = x;
  for (std::int64_t d = 0; d < repeats.rank(); ++d) {
    if (repeats[d] < 0) fail("Trying to create tensor with negative dimension ", repeats[d]);
    interleaved.push_back(repeats[d]);
    interleaved.push_back(x->size(d));
    shape.push_back(repeats[d] * x->size(d));
    t = unsqueeze(t, 2 * d);
  }
  return view(clone_contiguous(expand(t, interleaved)), shape);
}

TensorRef repeat_op(const Call& c) { return repeat(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef tile_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  Dims repeats = ints_at(c, 1);
  while (repeats.rank() < x->rank()) repeats.insert(0, 1);
  return repeat(x, repeats);
}

// 0, 0, 1, 2, 2, 2: the position i, repeats[i] times.
TensorRef repeated_positions(const TensorRef& repeats, std::optional<std::int64_t> expected) {
  if (repeats->rank() != 1) fail("repeat_interleave only accept 1D vector as repeat");
  if (repeats->dtype() != DType::kInt64 && repeats->dtype() != DType::kInt32)
    fail("repeats has to be Long or Int tensor");
  const TensorRef counts = contiguous_as(repeats, DType::kInt64);
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < counts->count(); ++i) {
    const std::int64_t n = counts->ptr<std::int64_t>()[i];
    if (n < 0) fail("repeats can not be negative");
    total += n;
  }
  if (expected && *expected != total) fail("allocated size does not match required size");
  TensorRef out = empty(Dims{total}, DType::kInt64);
  auto* p = out->ptr<std::int64_t>();
  for (std::int64_t i = 0; i < counts->count(); ++i) p = std::fill_n(p, counts->ptr<std::int64_t>()[i], i);
  return out;
}

std::optional<std::int64_t> optional_int(const Call& c, std::size_t i) {
  if (is_absent(c, i)) return std::nullopt;
  return int_at(c, i);
}

TensorRef repeat_interleave_op(const Call& c) {
  TensorRef x = tensor_at(c, 0);
  std::int64_t dim = 0;
  if (is_absent(c, 2)) {
    x = reshape(x, Dims{-1});
  } else {
    dim = wrap_dim(int_at(c, 2), x->rank());
  }
  const std::int64_t size = x->rank() == 0 ? 1 : x->size(dim);
  TensorRef repeats;
  if (c[1].is_tensor()) {
    repeats = tensor_at(c, 1);
    if (repeats->rank() == 0 || (repeats->rank() == 1 && repeats->size(0) == 1)) {
      repeats = expand(reshape(repeats, Dims{1}), Dims{size});
    } else if (repeats->rank() == 1 && repeats->size(0) != size) {
      fail("repeats must have the same size as input along dim, but got repeats.size(0) = ", repeats->size(0),
           " and input.size(", dim, ") = ", size);
    }
  } else {
    repeats = empty(Dims{size}, DType::kInt64);
    fill(*repeats, scalar_at(c, 1));
  }
  const TensorRef source = x->rank() == 0 ? unsqueeze(x, 0) : x;
  return gather_elements(plan_index_select(source, dim, repeated_positions(repeats, optional_int(c, 3))));
}

TensorRef repeat_positions_op(const Call& c) { return repeated_positions(tensor_at(c, 0), optional_int(c, 1)); }

TensorRef flip(const TensorRef& x, const Dims& dims) {
  Dims strides = x->steps();
  std::int64_t offset = x->offset();
  Dims seen(static_cast<std::size_t>(std::max<std::int64_t>(x->rank(), 1)));
  for (const std::int64_t given : dims) {
    const std::int64_t d = wrap_dim(given, x->rank());
    if (seen[d]++) fail("dim ", d, " appears multiple times in the list of dims");
    if (x->rank() == 0 || x->size(d) == 0) continue;
    offset += (x->size(d) - 1) * strides[d];
    strides[d] = -strides[d];
  }
  TensorRef out = empty_result(x->shape(), {x.get()}, x->dtype());
  copy_into(*out, *make_view(x, x->shape(), strides, offset));
  return out;
}
TensorRef flip_op(const Call& c) { return flip(tensor_at(c, 0), ints_at(c, 1)); }
TensorRef fliplr_op(const Call& c) { return flip(tensor_at(c, 0), Dims{1}); }
TensorRef flipud_op(const Call& c) { return flip(tensor_at(c, 0), Dims{0}); }

TensorRef roll_one(const TensorRef& x, std::int64_t shift, std::int64_t dim) {
  dim = wrap_dim(dim, x->rank());
  const std::int64_t size = x->rank() == 0 ? 0 : x->size(dim);
  if (size == 0) return clone(x);
  const std::int64_t by = ((shift % size) + size) % size;
  TensorRef out = empty(x->shape(), x->dtype());
  copy_into(*narrow(out, dim, by, size - by), *narrow(x, dim, 0, size - by));
  if (by > 0) copy_into(*narrow(out, dim, 0, by), *narrow(x, dim, size - by, by));
  return out;
}

TensorRef roll_op(const Call& c) {
  TensorRef x = tensor_at(c, 0);
  const Dims shifts = ints_at(c, 1);
  const Dims dims = is_absent(c, 2) ? Dims{} : ints_at(c, 2);
  if (shifts.empty()) fail("`shifts` required");
  if (dims.empty() && shifts.size() == 1) return view(roll_one(reshape(x, Dims{-1}), shifts[0], 0), x->shape());
  if (dims.size() != shifts.size()) {
    fail("shifts and dimensions must align. shifts: ", shifts.size(), ", dims:", dims.size());
  }
  for (std::int64_t i = 0; i < dims.rank(); ++i) x = roll_one(x, shifts[i], dims[i]);
  return x;
}

TensorRef diag_embed(const TensorRef& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  const std::int64_t rank = x->rank() + 1;
  dim1 = wrap_dim(dim1, rank);
  dim2 = wrap_dim(dim2, rank);
  if (dim1 == dim2) fail("diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  const std::int64_t side = x->shape().back() + std::abs(offset);
  Dims shape = x->shape();
  shape.erase(x->rank() - 1);
  shape.insert(std::min(dim1, dim2), side);
  shape.insert(std::max(dim1, dim2), side);
  TensorRef out = zeros(shape, x->dtype());
  copy_into(*diagonal(out, offset, dim1, dim2), *x);
  return out;
}
TensorRef diag_embed_op(const Call& c) {
  return diag_embed(tensor_at(c, 0), int_or(c, 1, 0), int_or(c, 2, -2), int_or(c, 3, -1));
}
TensorRef diag_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t offset = int_or(c, 1, 0);
  if (x->rank() == 1) return diag_embed(x, offset, 0, 1);
  if (x->rank() == 2) return clone_contiguous(diagonal(x, offset, 0, 1));
  fail("diag(): Supports 1D or 2D tensors. Got ", x->rank(), "D");
}

TensorRef pixel_shuffle_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t r = int_at(c, 1);
  if (x->rank() < 3)
    fail("pixel_shuffle expects input to have at least 3 dimensions, but got input with ", x->rank(), " dimension(s)");
  if (r <= 0) fail("pixel_shuffle expects a positive upscale_factor, but got ", r);
  const std::int64_t channels = x->size(x->rank() - 3);
  const std::int64_t height = x->size(x->rank() - 2);
  const std::int64_t width = x->size(x->rank() - 1);
  if (channels % (r * r) != 0) {
    fail(
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
        "input.size(-3)=",
        channels, " is not divisible by ", r * r);
  }
  const TensorRef parts =
      permute(reshape(x, Dims{-1, channels / (r * r), r, r, height, width}), Dims{0, 1, 4, 2, 5, 3});
  Dims shape = x->shape();
  shape[x->rank() - 3] = channels / (r * r);
  shape[x->rank() - 2] = height * r;
  shape[x->rank() - 1] = width * r;
  return reshape(parts, shape);
}

TensorRef channel_shuffle_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  const std::int64_t groups = int_at(c, 1);
  if (x->rank() < 3)
    fail("channel_shuffle expects input with > 2 dims, but got input with sizes ", shape_text(x->sizes()));
  if (groups <= 0 || x->size(1) % groups != 0)
    fail("Number of channels must be divisible by groups. Got ", x->size(1), " channels and ", groups, " groups.");
  return reshape(transpose(reshape(x, Dims{x->size(0), groups, x->size(1) / groups, -1}), 1, 2), x->shape());
}

}  // namespace

KernelTable rearrangement_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", functional<repeat_op>},
      {"aten::tile(Tensor self, SymInt[] dims) -> Tensor", functional<tile_op>},
      {"aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> "
       "Tensor",
       functional<repeat_interleave_op>},
      {"aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) "
       "-> "
       "Tensor",
       functional<repeat_interleave_op>},
      {"aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor",
       functional<repeat_positions_op>},
      {"aten::flip(Tensor self, int[] dims) -> Tensor", functional<flip_op>},
      {"aten::fliplr(Tensor self) -> Tensor", functional<fliplr_op>},
      {"aten::flipud(Tensor self) -> Tensor", functional<flipud_op>},
      {"aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", functional<roll_op>},
      {"aten::diag(Tensor self, int diagonal=0) -> Tensor", functional<diag_op>},
      {"aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", functional<diag_embed_op>},
      {"aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", functional<pixel_shuffle_op>},
      {"aten::channel_shuffle(Tensor self, SymInt groups) -> Tensor", functional<channel_shuffle_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
