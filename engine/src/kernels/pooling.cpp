// Maximum and average pooling over one and two dimensions, with fixed windows and adaptive ones.
#include <limits>

#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// Where the window of an output element lies along one dimension.
struct Window {
  std::int64_t first, last;  // in the input, without padding
  std::int64_t padded;       // length with padding, as count_include_pad counts it
};

struct PoolAxis {
  std::int64_t input, output, kernel, stride, padding, dilation;
  bool adaptive = false;

  Window window(std::int64_t i) const {
    if (adaptive) {
      const std::int64_t first = i * input / output;
      const std::int64_t last = ((i + 1) * input + output - 1) / output;
      return {first, last, last - first};
    }
    const std::int64_t start = i * stride - padding;
    const std::int64_t end = std::min(start + (kernel - 1) * dilation + 1, input + padding);
    std::int64_t first = start;
    while (first < 0) first += dilation;
    return {first, std::min(end, input), end - start};
  }
};

struct PoolPlan {
  TensorRef x;  // contiguous, (planes, height, width)
  PoolAxis rows, columns;
  Dims out_shape;
};

std::int64_t pooled_size(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation, bool ceil_mode) {
  if (kernel <= 0 || stride <= 0 || dilation <= 0)
    fail("kernel size, stride and dilation of pooling should be greater than zero");
  if (padding < 0) fail("pad must be non-negative, but got pad: ", padding);
  if (padding > ((kernel - 1) * dilation + 1) / 2) {
    fail("pad should be at most half of effective kernel size, but got pad=", padding, ", kernel_size=", kernel,
         " and dilation=", dilation);
  }
  const std::int64_t room = input + 2 * padding - dilation * (kernel - 1) - 1;
  std::int64_t size = (room < 0 ? -1 : (room + (ceil_mode ? stride - 1 : 0)) / stride) + 1;
  if (ceil_mode && (size - 1) * stride >= input + padding) --size;  // the last window must start inside
  if (size <= 0) fail("Output size is too small: given input size ", input, " and kernel size ", kernel);
  return size;
}

PoolPlan plan_pool(const TensorRef& x, std::int64_t spatial, const PoolAxis& rows, const PoolAxis& columns) {
  PoolPlan plan{contiguous(x), rows, columns, x->shape()};
  if (spatial == 2) plan.out_shape[x->rank() - 2] = rows.output;
  plan.out_shape[x->rank() - 1] = columns.output;
  return plan;
}

void check_pool_rank(const NativeTensor& x, std::int64_t spatial, const char* op) {
  if (x.rank() != spatial + 1 && x.rank() != spatial + 2) {
    fail(op, ": Expected ", spatial + 1, "D or ", spatial + 2,
         "D tensor with optional 0 dim batch size for input, but got: ", shape_text(x.sizes()));
  }
}

// Arguments kernel_size, stride, padding and, where the op has it, dilation.
PoolPlan plan_windows(const Call& c, std::int64_t spatial, const char* op, const Dims& dilation, bool ceil_mode) {
  const TensorRef x = tensor_at(c, 0);
  check_pool_rank(*x, spatial, op);
  const auto n = static_cast<std::size_t>(spatial);
  const Dims kernel = expanded_ints_at(c, 1, n, "kernel_size");
  const bool own_stride = !is_absent(c, 2) && !ints_at(c, 2).empty();
  const Dims stride = own_stride ? expanded_ints_at(c, 2, n, "stride") : kernel;
  const Dims padding = is_absent(c, 3) ? Dims(n) : expanded_ints_at(c, 3, n, "padding");
  PoolAxis axes[2] = {{1, 1, 1, 1, 0, 1}, {1, 1, 1, 1, 0, 1}};
  for (std::int64_t i = 0; i < spatial; ++i) {
    const std::int64_t input = x->size(x->rank() - spatial + i);
    axes[2 - spatial + i] = {input,      pooled_size(input, kernel[i], stride[i], padding[i], dilation[i], ceil_mode),
                             kernel[i],  stride[i],
                             padding[i], dilation[i]};
  }
  return plan_pool(x, spatial, axes[0], axes[1]);
}

PoolPlan plan_adaptive(const Call& c, std::int64_t spatial, const char* op) {
  const TensorRef x = tensor_at(c, 0);
  check_pool_rank(*x, spatial, op);
  const Dims wanted = expanded_ints_at(c, 1, static_cast<std::size_t>(spatial), "output_size");
  PoolAxis axes[2] = {{1, 1, 1, 1, 0, 1, true}, {1, 1, 1, 1, 0, 1, true}};
  for (std::int64_t i = 0; i < spatial; ++i) {
    const std::int64_t input = x->size(x->rank() - spatial + i);
    if (wanted[i] < 0) fail(op, ": output_size must be greater than or equal to 0");
    if (input == 0)
      fail(op, "(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ",
           shape_text(x->sizes()));
    axes[2 - spatial + i] = {input, wanted[i], 1, 1, 0, 1, true};
  }
  return plan_pool(x, spatial, axes[0], axes[1]);
}

// f(plane, rows window, columns window, output position) for every output element.
template <typename F>
void for_each_window(const PoolPlan& plan, F f) {
  const std::int64_t plane = plan.rows.input * plan.columns.input;
  const std::int64_t planes = plane == 0 ? 0 : plan.x->count() / plane;
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < planes; ++i) {
    for (std::int64_t oy = 0; oy < plan.rows.output; ++oy) {
      const Window rows = plan.rows.window(oy);
      for (std::int64_t ox = 0; ox < plan.columns.output; ++ox) f(i * plane, rows, plan.columns.window(ox), at++);
    }
  }
}

struct Maxima {
  TensorRef values, positions;
};

Maxima max_pool(const PoolPlan& plan, bool with_positions) {
  Maxima out{empty(plan.out_shape, plan.x->dtype()), {}};
  if (with_positions) out.positions = empty(plan.out_shape, DType::kInt64);
  dispatch_numeric(plan.x->dtype(), "max_pool2d", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    const std::int64_t width = plan.columns.input;
    for_each_window(plan, [&](std::int64_t plane, const Window& rows, const Window& columns, std::int64_t at) {
      const T* image = plan.x->ptr<T>() + plane;
      std::int64_t where = rows.first * width + columns.first;
      C best = std::is_floating_point_v<C> ? -std::numeric_limits<C>::infinity() : std::numeric_limits<C>::lowest();
      for (std::int64_t y = rows.first; y < rows.last; y += plan.rows.dilation) {
        for (std::int64_t x = columns.first; x < columns.last; x += plan.columns.dilation) {
          const auto v = static_cast<C>(image[y * width + x]);
          if (v > best || v != v) {
            best = v;
            where = y * width + x;
          }
        }
      }
      out.values->ptr<T>()[at] = convert_number<T>(best);
      if (with_positions) out.positions->ptr<std::int64_t>()[at] = where;
    });
  });
  return out;
}

TensorRef average_pool(const PoolPlan& plan, bool count_padding, std::int64_t divisor) {
  TensorRef out = empty(plan.out_shape, plan.x->dtype());
  dispatch_floating(plan.x->dtype(), "avg_pool2d", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    const std::int64_t width = plan.columns.input;
    for_each_window(plan, [&](std::int64_t plane, const Window& rows, const Window& columns, std::int64_t at) {
      const T* image = plan.x->ptr<T>() + plane;
      C total = 0;
      for (std::int64_t y = rows.first; y < rows.last; ++y) {
        for (std::int64_t x = columns.first; x < columns.last; ++x) total += static_cast<C>(image[y * width + x]);
      }
      const std::int64_t inside =
          std::max<std::int64_t>(rows.last - rows.first, 0) * std::max<std::int64_t>(columns.last - columns.first, 0);
      const std::int64_t by = divisor != 0 ? divisor : count_padding ? rows.padded * columns.padded : inside;
      out->ptr<T>()[at] = convert_number<T>(inside == 0 ? C(0) : static_cast<C>(total / static_cast<C>(by)));
    });
  });
  return out;
}

template <std::int64_t Spatial>
PoolPlan plan_max(const Call& c) {
  const Dims dilation = is_absent(c, 4) ? Dims(static_cast<std::size_t>(Spatial), 1)
                                        : expanded_ints_at(c, 4, static_cast<std::size_t>(Spatial), "dilation");
  return plan_windows(c, Spatial, "max_pool", dilation, bool_or(c, 5, false));
}
template <std::int64_t Spatial>
TensorRef max_pool_op(const Call& c) {
  return max_pool(plan_max<Spatial>(c), false).values;
}
template <std::int64_t Spatial>
void max_pool_with_positions(Call& c) {
  const Maxima m = max_pool(plan_max<Spatial>(c), true);
  set_results(c, {m.values, m.positions});
}
template <std::int64_t Spatial>
TensorRef average_pool_op(const Call& c) {
  const PoolPlan plan =
      plan_windows(c, Spatial, "avg_pool", Dims(static_cast<std::size_t>(Spatial), 1), bool_or(c, 4, false));
  if (!is_absent(c, 6) && int_at(c, 6) == 0) fail("divisor must be not zero");
  return average_pool(plan, bool_or(c, 5, true), int_or(c, 6, 0));
}
template <std::int64_t Spatial>
TensorRef adaptive_average_op(const Call& c) {
  return average_pool(plan_adaptive(c, Spatial, "adaptive_avg_pool"), false, 0);
}
template <std::int64_t Spatial>
void adaptive_max_op(Call& c) {
  const Maxima m = max_pool(plan_adaptive(c, Spatial, "adaptive_max_pool"), true);
  set_results(c, {m.values, m.positions});
}

}  // namespace

KernelTable pooling_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], "
       "bool "
       "ceil_mode=False) -> Tensor",
       functional<max_pool_op<1>>},
      {"aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] "
       "dilation=[1], bool ceil_mode=False) -> (Tensor, Tensor)",
       max_pool_with_positions<1>},
      {"aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool "
       "ceil_mode=False) -> Tensor",
       functional<max_pool_op<2>>},
      {"aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
       "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
       max_pool_with_positions<2>},
      {"aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool ceil_mode=False, "
       "bool "
       "count_include_pad=True) -> Tensor",
       functional<average_pool_op<1>>},
      {"aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, "
       "bool "
       "count_include_pad=True, int? divisor_override=None) -> Tensor",
       functional<average_pool_op<2>>},
      {"aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor", functional<adaptive_average_op<1>>},
      {"aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", functional<adaptive_average_op<2>>},
      {"aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", functional<adaptive_average_op<2>>},
      {"aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)", adaptive_max_op<1>},
      {"aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)", adaptive_max_op<2>},
  };
  return kTable;
}

}  // namespace portfire::kernels
