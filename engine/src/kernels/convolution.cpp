// Convolutions in one and two dimensions, and transposed ones, as matrix products over patches.
#include "arithmetic.h"
#include "convolution_plan.h"
#include "families.h"
#include "gemm.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

struct ConvolutionOptions {
  Dims stride, padding, dilation, output_padding;
  std::int64_t groups = 1;
};

void check_positive(const Dims& values, const char* what) {
  for (const std::int64_t v : values) {
    if (v <= 0) fail("non-positive ", what, " is not supported");
  }
}

void check_shapes(const NativeTensor& x, const NativeTensor& weight, const TensorRef& bias,
                  const ConvolutionOptions& options, bool transposed) {
  if (x.rank() != weight.rank()) {
    fail("Expected ", weight.rank() - 1, "D (unbatched) or ", weight.rank(), "D (batched) input to conv",
         weight.rank() - 2, "d, but got input of size: ", shape_text(x.sizes()));
  }
  if (x.dtype() != weight.dtype()) {
    fail("Input type (", scalar_type_name(x.dtype()), ") and weight type (", scalar_type_name(weight.dtype()),
         ") should be the same");
  }
  if (options.groups <= 0) fail("non-positive groups is not supported");
  check_positive(options.stride, "stride");
  check_positive(options.dilation, "dilation");
  for (const std::int64_t p : options.padding) {
    if (p < 0) fail("negative padding is not supported");
  }
  const std::int64_t expected = transposed ? weight.size(0) : weight.size(1) * options.groups;
  if (x.size(1) != expected) {
    fail("Given groups=", options.groups, ", weight of size ", shape_text(weight.sizes()), ", expected input",
         shape_text(x.sizes()), " to have ", expected, " channels, but got ", x.size(1), " channels instead");
  }
  const std::int64_t outputs = transposed ? weight.size(1) * options.groups : weight.size(0);
  if (weight.size(0) % options.groups != 0) {
    fail("expected weight to be divisible by ", options.groups, " at dimension 0, but got weight of size ",
         shape_text(weight.sizes()), " instead");
  }
  if (bias && (bias->rank() != 1 || bias->size(0) != outputs)) {
    fail("Given weight of size ", shape_text(weight.sizes()), ", expected bias to be 1-dimensional with ", outputs,
         " elements, but got bias of size ", shape_text(bias->sizes()), " instead");
  }
}

std::int64_t output_size(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation) {
  const std::int64_t reach = dilation * (kernel - 1) + 1;
  if (input + 2 * padding < reach) {
    fail("Calculated padded input size per channel: (", input + 2 * padding, "). Kernel size: (", reach,
         "). Kernel size can't be greater than actual input size");
  }
  return (input + 2 * padding - reach) / stride + 1;
}

// A pointwise convolution multiplies the image as it lies in memory.
bool is_pointwise(const ConvolutionPlan& p) {
  return p.kernel_height == 1 && p.kernel_width == 1 && p.stride[0] == 1 && p.stride[1] == 1 && p.padding[0] == 0 &&
         p.padding[1] == 0;
}

template <typename T>
void convolve_group(const ConvolutionPlan& plan, const T* image, const T* weight, std::int64_t outputs, T* out) {
  const std::int64_t n = plan.out_size();
  const MatrixView<T> w{weight, plan.depth(), 1};
  if (is_pointwise(plan)) return add_matrix_product<T>(outputs, n, plan.depth(), w, MatrixView<T>{image, n, 1}, out, n);
  add_product<T>(outputs, n, plan.depth(), w, PatchPacker<T>{plan, image}, out, n);
}

// One channel per group: a product of matrices would waste nearly all of its tiles.
template <typename T>
void convolve_depthwise(const ConvolutionPlan& p, const T* image, const T* weight, T* out) {
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const T w = weight[ky * p.kernel_width + kx];
      const std::int64_t shift = kx * p.dilation[1] - p.padding[1];
      const std::int64_t first = shift >= 0 ? 0 : (-shift + p.stride[1] - 1) / p.stride[1];
      const std::int64_t last = std::min(p.out_width, p.width > shift ? (p.width - 1 - shift) / p.stride[1] + 1 : 0);
      for (std::int64_t oy = 0; oy < p.out_height; ++oy) {
        const std::int64_t y = oy * p.stride[0] - p.padding[0] + ky * p.dilation[0];
        if (y < 0 || y >= p.height) continue;
        const T* line = image + y * p.width + shift;
        T* to = out + oy * p.out_width;
        for (std::int64_t ox = first; ox < last; ++ox) to[ox] += w * line[ox * p.stride[1]];
      }
    }
  }
}

template <typename T>
void fill_with_bias(NativeTensor& out, const TensorRef& bias) {
  const std::int64_t plane = out.size(2) * out.size(3);
  T* p = out.ptr<T>();
  for (std::int64_t i = 0; i < out.size(0) * out.size(1); ++i, p += plane) {
    std::fill_n(p, plane, bias ? bias->ptr<T>()[i % out.size(1)] : T(0));
  }
}

// Contiguous float32 or float64 operands of rank 4.
template <typename T>
TensorRef convolve(const TensorRef& x, const TensorRef& weight, const TensorRef& bias, const ConvolutionOptions& o) {
  const std::int64_t groups = o.groups;
  const ConvolutionPlan plan{weight->size(1),
                             x->size(2),
                             x->size(3),
                             weight->size(2),
                             weight->size(3),
                             output_size(x->size(2), weight->size(2), o.stride[0], o.padding[0], o.dilation[0]),
                             output_size(x->size(3), weight->size(3), o.stride[1], o.padding[1], o.dilation[1]),
                             {o.stride[0], o.stride[1]},
                             {o.padding[0], o.padding[1]},
                             {o.dilation[0], o.dilation[1]}};
  const std::int64_t outputs = weight->size(0) / groups;
  const TensorRef out = empty(Dims{x->size(0), weight->size(0), plan.out_height, plan.out_width}, x->dtype());
  fill_with_bias<T>(*out, bias);
  const std::int64_t image_size = plan.channels * plan.height * plan.width;
  if (out->count() == 0 || plan.depth() == 0) return out;
  for (std::int64_t i = 0; i < x->size(0) * groups; ++i) {
    const T* image = x->ptr<T>() + i * image_size;
    const T* w = weight->ptr<T>() + i % groups * outputs * plan.depth();
    T* to = out->ptr<T>() + i * outputs * plan.out_size();
    if (outputs == 1 && plan.channels == 1) {
      convolve_depthwise<T>(plan, image, w, to);
    } else {
      convolve_group<T>(plan, image, w, outputs, to);
    }
  }
  return out;
}

// Scatters columns of patches, (channel, ky, kx) x (y, x) of the small image, into the large image.
template <typename T>
void add_patches(const ConvolutionPlan& p, const T* columns, T* image) {
  for (std::int64_t row = 0; row < p.depth(); ++row) {
    const std::int64_t kx = row % p.kernel_width;
    const std::int64_t ky = row / p.kernel_width % p.kernel_height;
    T* channel = image + row / (p.kernel_width * p.kernel_height) * p.height * p.width;
    for (std::int64_t oy = 0; oy < p.out_height; ++oy) {
      const std::int64_t y = oy * p.stride[0] - p.padding[0] + ky * p.dilation[0];
      for (std::int64_t ox = 0; ox < p.out_width; ++ox, ++columns) {
        const std::int64_t x = ox * p.stride[1] - p.padding[1] + kx * p.dilation[1];
        if (y >= 0 && y < p.height && x >= 0 && x < p.width) channel[y * p.width + x] += *columns;
      }
    }
  }
}

template <typename T>
TensorRef convolve_transposed(const TensorRef& x, const TensorRef& weight, const TensorRef& bias,
                              const ConvolutionOptions& o) {
  const std::int64_t groups = o.groups;
  const auto size = [&](std::int64_t d) {
    const std::int64_t s = (x->size(d + 2) - 1) * o.stride[d] - 2 * o.padding[d] +
                           o.dilation[d] * (weight->size(d + 2) - 1) + o.output_padding[d] + 1;
    if (s <= 0) fail("Given input size per channel and padding, the calculated output size is too small: ", s);
    return s;
  };
  // The plan of the convolution that goes the other way: from the result to the input.
  const ConvolutionPlan plan{weight->size(1),
                             size(0),
                             size(1),
                             weight->size(2),
                             weight->size(3),
                             x->size(2),
                             x->size(3),
                             {o.stride[0], o.stride[1]},
                             {o.padding[0], o.padding[1]},
                             {o.dilation[0], o.dilation[1]}};
  const std::int64_t inputs = weight->size(0) / groups;
  const TensorRef out = empty(Dims{x->size(0), weight->size(1) * groups, plan.height, plan.width}, x->dtype());
  fill_with_bias<T>(*out, bias);
  const std::int64_t n = plan.out_size();
  for (std::int64_t i = 0; i < x->size(0) * groups; ++i) {
    const TensorRef columns = zeros(Dims{plan.depth(), n}, x->dtype());
    const MatrixView<T> w{weight->ptr<T>() + i % groups * inputs * plan.depth(), 1, plan.depth()};
    const MatrixView<T> image{x->ptr<T>() + i * inputs * n, n, 1};
    add_matrix_product<T>(plan.depth(), n, inputs, w, image, columns->ptr<T>(), n);
    add_patches<T>(plan, columns->ptr<T>(), out->ptr<T>() + i * plan.channels * plan.height * plan.width);
  }
  return out;
}

TensorRef dispatch_convolution(const TensorRef& x, const TensorRef& weight, const TensorRef& bias,
                               const ConvolutionOptions& o, bool transposed) {
  const DType dtype = x->dtype();
  if (dtype == DType::kFloat16 || dtype == DType::kBFloat16) {
    const auto wide = [](const TensorRef& t) { return t ? convert(t, DType::kFloat32) : t; };
    return convert(dispatch_convolution(wide(x), wide(weight), wide(bias), o, transposed), dtype);
  }
  const TensorRef b = bias ? contiguous_as(bias, dtype) : bias;
  TensorRef out;
  dispatch_floating(dtype, "convolution", [&]<typename T>(Type<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      out = transposed ? convolve_transposed<T>(contiguous(x), contiguous(weight), b, o)
                       : convolve<T>(contiguous(x), contiguous(weight), b, o);
    }
  });
  return out;
}

// Any supported rank: adds what is missing of batch and height, and takes it away again.
TensorRef convolution(TensorRef x, TensorRef weight, const TensorRef& bias, ConvolutionOptions o, bool transposed) {
  const std::int64_t spatial = weight->rank() - 2;
  if (spatial != 1 && spatial != 2)
    fail("the native kernel of convolution supports 1 or 2 spatial dimensions, not ", spatial);
  const bool batched = x->rank() != weight->rank() - 1;
  if (!batched) x = unsqueeze(x, 0);
  check_shapes(*x, *weight, bias, o, transposed);
  if (spatial == 1) {
    x = unsqueeze(x, 2);
    weight = unsqueeze(weight, 2);
    o.stride.insert(0, 1);
    o.padding.insert(0, 0);
    o.dilation.insert(0, 1);
    o.output_padding.insert(0, 0);
  }
  TensorRef out = dispatch_convolution(x, weight, bias, o, transposed);
  if (spatial == 1) out = squeeze(out, 2);
  return batched ? out : squeeze(out, 0);
}

template <std::size_t Spatial>
TensorRef conv_op(const Call& c) {
  const ConvolutionOptions o{expanded_ints_at(c, 3, Spatial, "stride"), expanded_ints_at(c, 4, Spatial, "padding"),
                             expanded_ints_at(c, 5, Spatial, "dilation"), Dims(Spatial), int_or(c, 6, 1)};
  return convolution(tensor_at(c, 0), tensor_at(c, 1), optional_tensor_at(c, 2), o, false);
}

// padding="same" may need one more element on the far side: then the input is padded first.
template <std::size_t Spatial>
TensorRef conv_padding_op(const Call& c) {
  TensorRef x = tensor_at(c, 0);
  const TensorRef weight = tensor_at(c, 1);
  ConvolutionOptions o{expanded_ints_at(c, 3, Spatial, "stride"), Dims(Spatial),
                       expanded_ints_at(c, 5, Spatial, "dilation"), Dims(Spatial), int_or(c, 6, 1)};
  const std::string mode = string_or(c, 4, "valid");
  if (mode != "same" && mode != "valid") fail("Invalid padding string: '", mode, "'");
  if (mode == "valid") return convolution(x, weight, optional_tensor_at(c, 2), o, false);
  for (const std::int64_t s : o.stride) {
    if (s != 1) fail("padding='same' is not supported for strided convolutions");
  }
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(Spatial); ++i) {
    const std::int64_t total = o.dilation[i] * (weight->size(i + 2) - 1);
    o.padding[i] = total / 2;
    if (total % 2 == 0) continue;
    const std::int64_t d = x->rank() - static_cast<std::int64_t>(Spatial) + i;
    Dims shape = x->shape();
    shape[d] += 1;
    const TensorRef padded = zeros(shape, x->dtype());
    copy_into(*narrow(padded, d, 0, x->size(d)), *x);
    x = padded;
  }
  return convolution(x, weight, optional_tensor_at(c, 2), o, false);
}

template <std::size_t Spatial>
TensorRef conv_transpose_op(const Call& c) {
  const ConvolutionOptions o{expanded_ints_at(c, 3, Spatial, "stride"), expanded_ints_at(c, 4, Spatial, "padding"),
                             expanded_ints_at(c, 7, Spatial, "dilation"),
                             expanded_ints_at(c, 5, Spatial, "output_padding"), int_or(c, 6, 1)};
  return convolution(tensor_at(c, 0), tensor_at(c, 1), optional_tensor_at(c, 2), o, true);
}

TensorRef convolution_op(const Call& c) {
  const TensorRef weight = tensor_at(c, 1);
  const auto spatial = static_cast<std::size_t>(std::max<std::int64_t>(weight->rank() - 2, 0));
  const bool transposed = bool_or(c, 6, false);
  const ConvolutionOptions o{expanded_ints_at(c, 3, spatial, "stride"), expanded_ints_at(c, 4, spatial, "padding"),
                             expanded_ints_at(c, 5, spatial, "dilation"),
                             expanded_ints_at(c, 7, spatial, "output_padding"), int_or(c, 8, 1)};
  return convolution(tensor_at(c, 0), weight, optional_tensor_at(c, 2), o, transposed);
}

}  // namespace

KernelTable convolution_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], "
       "SymInt[1] "
       "dilation=[1], SymInt groups=1) -> Tensor",
       functional<conv_op<1>>},
      {"aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, "
       "0], "
       "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
       functional<conv_op<2>>},
      {"aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], str "
       "padding=\"valid\", "
       "SymInt[1] dilation=[1], SymInt groups=1) -> Tensor",
       functional<conv_padding_op<1>>},
      {"aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], str "
       "padding=\"valid\", "
       "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
       functional<conv_padding_op<2>>},
      {"aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] "
       "padding=[0], "
       "SymInt[1] output_padding=[0], SymInt groups=1, SymInt[1] dilation=[1]) -> Tensor",
       functional<conv_transpose_op<1>>},
      {"aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], "
       "SymInt[2] "
       "padding=[0, 0], SymInt[2] output_padding=[0, 0], SymInt groups=1, SymInt[2] dilation=[1, 1]) -> Tensor",
       functional<conv_transpose_op<2>>},
      {"aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] "
       "dilation, "
       "bool transposed, SymInt[] output_padding, SymInt groups) -> Tensor",
       functional<convolution_op>},
      {"aten::_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] "
       "dilation, "
       "bool transposed, SymInt[] output_padding, SymInt groups, bool benchmark, bool deterministic, bool "
       "cudnn_enabled, bool "
       "allow_tf32) -> Tensor",
       functional<convolution_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
