// Reordering, merging and walking of dimensions.
#include "strided_loop.h"

#include <array>

namespace portfire::kernels {
namespace {

constexpr std::size_t kMaxOperands = 5;
constexpr std::size_t kMaxRank = 64;

struct Axis {
  std::int64_t size;
  std::array<std::int64_t, kMaxOperands> stride;
};

// ATen's order: ascending strides, the earlier operand decides, a broadcast dimension does not.
int compare_axes(const Axis& a, const Axis& b, std::size_t operands) {
  for (std::size_t k = 0; k < operands; ++k) {
    const std::int64_t x = a.stride[k];
    const std::int64_t y = b.stride[k];
    if (x == 0 || y == 0) continue;
    if (x != y) return x < y ? -1 : 1;
    if (a.size > b.size) return 1;
  }
  return 0;
}

void sort_axes(Axis* axes, std::size_t* order, std::size_t n, std::size_t operands) {
  for (std::size_t i = 1; i < n; ++i) {
    std::size_t moving = i;
    for (std::size_t j = i; j-- > 0;) {
      const int c = compare_axes(axes[j], axes[moving], operands);
      if (c < 0) break;
      if (c == 0) continue;
      std::swap(axes[j], axes[moving]);
      std::swap(order[j], order[moving]);
      moving = j;
    }
  }
}

// Byte stride of operand `t` along dimension d of a shape of the given rank.
std::int64_t byte_stride(const NativeTensor& t, std::int64_t d, std::int64_t rank) {
  const std::int64_t own = d - (rank - t.rank());
  if (own < 0 || t.size(own) == 1) return 0;
  return t.stride(own) * static_cast<std::int64_t>(t.item_size());
}

void check_rank(std::size_t rank) {
  if (rank > kMaxRank) fail("tensors of more than ", kMaxRank, " dimensions are not supported, got ", rank);
}

bool is_mergeable(const Axis& inner, const Axis& outer, std::size_t operands) {
  for (std::size_t k = 0; k < operands; ++k) {
    if (outer.stride[k] != inner.stride[k] * inner.size) return false;
  }
  return true;
}

}  // namespace

void for_each_row(std::span<const std::int64_t> shape, std::span<const NativeTensor* const> operands, RowFunction row) {
  check_rank(shape.size());
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::array<Axis, kMaxRank> axes;
  std::array<std::size_t, kMaxRank> order{};
  std::size_t n = 0;
  for (std::int64_t d = rank - 1; d >= 0; --d) {  // fastest first
    const std::int64_t size = shape[static_cast<std::size_t>(d)];
    if (size == 0) return;
    if (size == 1) continue;
    axes[n].size = size;
    for (std::size_t k = 0; k < operands.size(); ++k) axes[n].stride[k] = byte_stride(*operands[k], d, rank);
    ++n;
  }
  sort_axes(axes.data(), order.data(), n, operands.size());
  std::size_t merged = n == 0 ? 0 : 1;
  for (std::size_t i = 1; i < n; ++i) {
    Axis& inner = axes[merged - 1];
    if (is_mergeable(inner, axes[i], operands.size())) {
      inner.size *= axes[i].size;
    } else {
      axes[merged++] = axes[i];
    }
  }
  std::array<char*, kMaxOperands> data{};
  for (std::size_t k = 0; k < operands.size(); ++k) data[k] = operands[k]->bytes();
  if (merged == 0) {
    const std::array<std::int64_t, kMaxOperands> none{};
    return row(data.data(), none.data(), 1);
  }
  std::array<std::int64_t, kMaxRank> at{};
  while (true) {
    row(data.data(), axes[0].stride.data(), axes[0].size);
    std::size_t d = 1;
    for (; d < merged; ++d) {
      for (std::size_t k = 0; k < operands.size(); ++k) data[k] += axes[d].stride[k];
      if (++at[d] < axes[d].size) break;
      for (std::size_t k = 0; k < operands.size(); ++k) data[k] -= axes[d].stride[k] * axes[d].size;
      at[d] = 0;
    }
    if (d == merged) return;
  }
}

Dims result_strides(std::span<const std::int64_t> shape, std::span<const NativeTensor* const> inputs) {
  check_rank(shape.size());
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto is_plain = [&](const NativeTensor* t) { return t->is_contiguous() && Dims(shape) == t->shape(); };
  if (std::all_of(inputs.begin(), inputs.end(), is_plain)) return contiguous_strides(shape);
  std::array<Axis, kMaxRank> axes;
  std::array<std::size_t, kMaxRank> order{};
  for (std::int64_t i = 0; i < rank; ++i) {
    const std::int64_t d = rank - 1 - i;
    auto& axis = axes[static_cast<std::size_t>(i)];
    axis.size = shape[static_cast<std::size_t>(d)];
    order[static_cast<std::size_t>(i)] = static_cast<std::size_t>(d);
    for (std::size_t k = 0; k < inputs.size(); ++k) axis.stride[k] = byte_stride(*inputs[k], d, rank);
  }
  sort_axes(axes.data(), order.data(), shape.size(), inputs.size());
  Dims strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    strides[static_cast<std::int64_t>(order[i])] = step;
    step *= std::max<std::int64_t>(axes[i].size, 1);
  }
  return strides;
}

TensorRef empty_result(const Dims& shape, std::initializer_list<const NativeTensor*> inputs, DType dtype) {
  return empty_strided(shape, result_strides(shape, {inputs.begin(), inputs.size()}), dtype);
}

}  // namespace portfire::kernels
