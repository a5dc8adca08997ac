// Interpolation of images: nearest and bilinear, over one and two spatial dimensions.
#include <cmath>

#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

struct Target {
  Dims size;
  std::vector<double> scales;  // input over output, 0 where only the size is given
};

// Either an output size or scale factors (output over input), never both.
Target target_of(const NativeTensor& x, std::size_t spatial, const std::optional<Dims>& size,
                 const std::vector<double>& factors) {
  if (static_cast<std::size_t>(x.rank()) != spatial + 2) {
    fail("Expected an input of ", spatial + 2, " dimensions, got ", shape_text(x.sizes()));
  }
  if (size.has_value() == !factors.empty()) fail("Must specify exactly one of output_size and scale_factors");
  Target out{size.value_or(Dims(spatial)), std::vector<double>(spatial, 0.0)};
  if (out.size.size() != spatial || (!factors.empty() && factors.size() != spatial)) {
    fail("It is expected output_size or scale_factors to have ", spatial, " values");
  }
  for (std::size_t i = 0; i < spatial; ++i) {
    const auto d = static_cast<std::int64_t>(i);
    if (!factors.empty()) {
      out.size[d] = static_cast<std::int64_t>(static_cast<double>(x.size(d + 2)) * factors[i]);
      out.scales[i] = 1.0 / factors[i];
    }
    if (out.size[d] <= 0 || x.size(d + 2) <= 0) fail("Input and output sizes should be greater than 0");
  }
  return out;
}

// (output_size, scale_factors) at `size` and `factors`.
Target vector_target(const Call& c, const NativeTensor& x, std::size_t spatial, std::size_t factors) {
  return target_of(x, spatial, optional_ints_at(c, 1),
                   is_absent(c, factors) ? std::vector<double>{} : doubles_at(c, factors));
}
// output_size, and optional scales one by one from `scales` on.
Target explicit_target(const Call& c, const NativeTensor& x, std::size_t spatial, std::size_t scales) {
  Target out = target_of(x, spatial, ints_at(c, 1), {});
  for (std::size_t i = 0; i < spatial; ++i) {
    const double factor = double_or(c, scales + i, 0);
    if (factor > 0) out.scales[i] = 1.0 / factor;
  }
  return out;
}

// As ATen: the same size and the double size do not look at the scale.
std::int64_t nearest_position(std::int64_t k, std::int64_t input, std::int64_t output, float scale) {
  if (output == input) return k;
  if (output == 2 * input) return k / 2;
  return std::min(static_cast<std::int64_t>(std::floor(static_cast<float>(k) * scale)), input - 1);
}

TensorRef nearest(TensorRef x, const Target& target) {
  for (std::int64_t i = 0; i < target.size.rank(); ++i) {
    const std::int64_t n = x->size(i + 2);
    const double given = target.scales[static_cast<std::size_t>(i)];
    const auto scale =
        static_cast<float>(given > 0 ? given : static_cast<double>(n) / static_cast<double>(target.size[i]));
    const TensorRef places = empty(Dims{target.size[i]}, DType::kInt64);
    for (std::int64_t k = 0; k < target.size[i]; ++k) {
      places->ptr<std::int64_t>()[k] = nearest_position(k, n, target.size[i], scale);
    }
    x = gather_elements(plan_index_select(x, i + 2, places));
  }
  return x;
}

// One output position of a linear interpolation: two neighbours and the weight of the second.
struct Blend {
  std::int64_t first, second;
  double weight;
};

std::vector<Blend> blends(std::int64_t input, std::int64_t output, double given, bool align_corners) {
  const double scale = align_corners
                           ? (output > 1 ? static_cast<double>(input - 1) / static_cast<double>(output - 1) : 0)
                       : given > 0 ? given
                                   : static_cast<double>(input) / static_cast<double>(output);
  std::vector<Blend> out;
  for (std::int64_t i = 0; i < output; ++i) {
    const auto position = static_cast<double>(i);
    const double at = align_corners ? position * scale : std::max((position + 0.5) * scale - 0.5, 0.0);
    const auto first = std::min(static_cast<std::int64_t>(at), input - 1);
    out.push_back({first, std::min(first + 1, input - 1), std::clamp(at - static_cast<double>(first), 0.0, 1.0)});
  }
  return out;
}

TensorRef bilinear(const TensorRef& given, const Target& target, bool align_corners) {
  const TensorRef x = contiguous(given);
  const std::int64_t height = x->size(2);
  const std::int64_t width = x->size(3);
  const std::vector<Blend> rows = blends(height, target.size[0], target.scales[0], align_corners);
  const std::vector<Blend> columns = blends(width, target.size[1], target.scales[1], align_corners);
  TensorRef out = empty(Dims{x->size(0), x->size(1), target.size[0], target.size[1]}, x->dtype());
  dispatch_floating(x->dtype(), "upsample_bilinear2d", [&]<typename T>(Type<T>) {
    using C = Compute<T>;
    T* to = out->ptr<T>();
    for (std::int64_t plane = 0; plane < x->size(0) * x->size(1); ++plane) {
      const T* image = x->ptr<T>() + plane * height * width;
      for (const Blend& r : rows) {
        const T* upper = image + r.first * width;
        const T* lower = image + r.second * width;
        const auto v = static_cast<C>(r.weight);
        for (const Blend& k : columns) {
          const auto u = static_cast<C>(k.weight);
          const C top = static_cast<C>(upper[k.first]) * (1 - u) + static_cast<C>(upper[k.second]) * u;
          const C bottom = static_cast<C>(lower[k.first]) * (1 - u) + static_cast<C>(lower[k.second]) * u;
          *to++ = convert_number<T>(static_cast<C>(top * (1 - v) + bottom * v));
        }
      }
    }
  });
  return out;
}

template <std::size_t Spatial>
TensorRef nearest_vec_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return nearest(x, vector_target(c, *x, Spatial, 2));
}
template <std::size_t Spatial>
TensorRef nearest_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return nearest(x, explicit_target(c, *x, Spatial, 2));
}
TensorRef bilinear_vec_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return bilinear(x, vector_target(c, *x, 2, 3), bool_or(c, 2, false));
}
TensorRef bilinear_op(const Call& c) {
  const TensorRef x = tensor_at(c, 0);
  return bilinear(x, explicit_target(c, *x, 2, 3), bool_or(c, 2, false));
}

}  // namespace

KernelTable upsampling_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor",
       functional<nearest_op<1>>},
      {"aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor",
       functional<nearest_vec_op<1>>},
      {"aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> "
       "Tensor",
       functional<nearest_op<2>>},
      {"aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor",
       functional<nearest_vec_op<2>>},
      {"aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? "
       "scales_w=None) -> Tensor",
       functional<bilinear_op>},
      {"aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) "
       "-> "
       "Tensor",
       functional<bilinear_vec_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
