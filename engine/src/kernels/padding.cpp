// Padding: constant, reflect, replicate, circular.
#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// `pad` lists (before, after) from the last dimension on; negative amounts cut.
TensorRef constant_pad(const TensorRef& x, const Dims& pad, const Scalar& value) {
  if (pad.size() % 2 != 0) fail("Length of pad must be even but instead it equals ", pad.size());
  if (pad.rank() > 2 * x->rank()) {
    fail("Length of pad should be no more than twice the number of dimensions of the input. Pad length is ", pad.size(),
         " while the input has ", x->rank(), " dimensions.");
  }
  Dims shape = x->shape();
  TensorRef inside = x;
  for (std::int64_t i = 0; i < pad.rank() / 2; ++i) {
    const std::int64_t d = x->rank() - 1 - i;
    const std::int64_t before = pad[2 * i];
    const std::int64_t after = pad[2 * i + 1];
    shape[d] += before + after;
    if (shape[d] < 0) {
      fail("The input size ", x->size(d), ", plus negative padding ", before, " and ", after,
           " resulted in a negative output size, which is invalid. Check dimension ", d, " of your input.");
    }
    const std::int64_t first = std::min(std::max<std::int64_t>(-before, 0), x->size(d));
    const std::int64_t last = std::max(first, x->size(d) - std::max<std::int64_t>(-after, 0));
    inside = slice(inside, d, first, last);
  }
  TensorRef out = empty(shape, x->dtype());
  fill(*out, value);
  TensorRef target = out;
  for (std::int64_t i = 0; i < pad.rank() / 2; ++i) {
    const std::int64_t d = x->rank() - 1 - i;
    target =
        narrow(target, d, std::min(std::max<std::int64_t>(pad[2 * i], 0), shape[d] - inside->size(d)), inside->size(d));
  }
  copy_into(*target, *inside);
  return out;
}

enum class Border : std::uint8_t { kReflect, kReplicate, kCircular };

// Where an element `at` positions from the start of a line of n elements comes from.
std::int64_t source_of(std::int64_t at, std::int64_t n, Border border) {
  switch (border) {
    case Border::kReflect:
      return at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
    case Border::kReplicate:
      return std::clamp<std::int64_t>(at, 0, n - 1);
    default:
      return ((at % n) + n) % n;
  }
}

void check_border(std::int64_t n, std::int64_t before, std::int64_t after, Border border) {
  if (n == 0) fail("Expected a tensor with non-zero size in the padded dimensions");
  if (border == Border::kReflect && (before >= n || after >= n)) {
    fail("Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (", before,
         ", ", after, ") at a dimension of size ", n);
  }
  if (border == Border::kCircular && (before > n || after > n)) {
    fail("Padding value causes wrapping around more than once.");
  }
  if (n + before + after <= 0) fail("The padded size would not be positive");
}

TensorRef border_pad(TensorRef x, const Dims& pad, Border border) {
  const std::int64_t spatial = pad.rank() / 2;
  if (pad.size() % 2 != 0 || (x->rank() != spatial + 1 && x->rank() != spatial + 2)) {
    fail("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
  }
  for (std::int64_t i = 0; i < spatial; ++i) {
    const std::int64_t d = x->rank() - 1 - i;
    const std::int64_t n = x->size(d);
    check_border(n, pad[2 * i], pad[2 * i + 1], border);
    const std::int64_t wanted = n + pad[2 * i] + pad[2 * i + 1];
    const TensorRef places = empty(Dims{wanted}, DType::kInt64);
    for (std::int64_t k = 0; k < wanted; ++k) places->ptr<std::int64_t>()[k] = source_of(k - pad[2 * i], n, border);
    x = gather_elements(plan_index_select(x, d, places));
  }
  return x;
}

TensorRef constant_pad_op(const Call& c) {
  return constant_pad(tensor_at(c, 0), ints_at(c, 1), scalar_or(c, 2, Scalar(0)));
}

template <Border B>
TensorRef border_pad_op(const Call& c) {
  return border_pad(tensor_at(c, 0), ints_at(c, 1), B);
}

TensorRef pad_op(const Call& c) {
  const std::string mode = string_or(c, 2, "constant");
  if (mode == "constant") return constant_pad(tensor_at(c, 0), ints_at(c, 1), scalar_or(c, 3, Scalar(0)));
  if (!is_absent(c, 3) && double_at(c, 3) != 0) fail("Padding mode \"", mode, "\" doesn't take in value argument");
  if (mode == "reflect") return border_pad_op<Border::kReflect>(c);
  if (mode == "replicate") return border_pad_op<Border::kReplicate>(c);
  if (mode == "circular") return border_pad_op<Border::kCircular>(c);
  fail_not_implemented("Unrecognised padding mode ", mode);
}

}  // namespace

KernelTable padding_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", functional<constant_pad_op>},
      {"aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor", functional<pad_op>},
      {"aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor", functional<border_pad_op<Border::kReflect>>},
      {"aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor", functional<border_pad_op<Border::kReflect>>},
      {"aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor",
       functional<border_pad_op<Border::kReplicate>>},
      {"aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor",
       functional<border_pad_op<Border::kReplicate>>},
  };
  return kTable;
}

}  // namespace portfire::kernels
