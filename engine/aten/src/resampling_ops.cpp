// torch.nn.functional.interpolate and its older names, as TorchScript has them: one op for all modes.

#include <ATen/Functions.h>

#include <cmath>
#include <optional>

#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

using Sizes = std::vector<std::int64_t>;
using Scales = std::vector<double>;

struct Request {
  at::Tensor input;
  std::optional<Sizes> size;
  std::optional<Scales> scales;
  std::string mode = "nearest";
  std::optional<bool> align_corners;
  bool recompute = false;
  bool antialias = false;

  std::size_t spatial() const { return static_cast<std::size_t>(input.dim() - 2); }
};

// One number for all spatial dimensions, or one for each.
template <typename T, typename Read>
std::optional<std::vector<T>> per_dimension(const Value& v, std::size_t spatial, Read read) {
  if (v.is_none()) return std::nullopt;
  if (!v.is_list() && !v.is_tuple()) return std::vector<T>(spatial, read(v));
  std::vector<T> out;
  const std::span<const Value> items = v.is_list() ? std::span<const Value>(v.to_list().items) : v.to_tuple().items;
  for (const Value& item : items) out.push_back(read(item));
  TORCH_CHECK_VALUE(out.size() == spatial,
                    "Input and output must have the same number of spatial dimensions, but got input with ", spatial,
                    " spatial dimensions and ", out.size(), " sizes or scale factors");
  return out;
}

Sizes scaled_size(const Request& r) {
  Sizes out;
  for (std::size_t i = 0; i < r.spatial(); ++i) {
    const double extent = static_cast<double>(r.input.size(static_cast<std::int64_t>(i) + 2));
    out.push_back(static_cast<std::int64_t>(std::floor(extent * (*r.scales)[i])));
  }
  return out;
}

at::Tensor area(const Request& r) {
  const Sizes size = r.size ? *r.size : scaled_size(r);
  if (r.spatial() == 1) return at::adaptive_avg_pool1d(r.input, size);
  return r.spatial() == 2 ? at::adaptive_avg_pool2d(r.input, size) : at::adaptive_avg_pool3d(r.input, size);
}

at::Tensor nearest(const Request& r, at::OptionalIntArrayRef size, std::optional<at::ArrayRef<double>> scales) {
  switch (r.spatial()) {
    case 1:
      return at::upsample_nearest1d(r.input, size, scales);
    case 2:
      return at::upsample_nearest2d(r.input, size, scales);
    default:
      return at::upsample_nearest3d(r.input, size, scales);
  }
}

at::Tensor nearest_exact(const Request& r, at::OptionalIntArrayRef size, std::optional<at::ArrayRef<double>> scales) {
  switch (r.spatial()) {
    case 1:
      return at::_upsample_nearest_exact1d(r.input, size, scales);
    case 2:
      return at::_upsample_nearest_exact2d(r.input, size, scales);
    default:
      return at::_upsample_nearest_exact3d(r.input, size, scales);
  }
}

at::Tensor smooth(const Request& r, at::OptionalIntArrayRef size, std::optional<at::ArrayRef<double>> scales) {
  const bool align = r.align_corners.value_or(false);
  if (r.mode == "linear" && r.spatial() == 1) return at::upsample_linear1d(r.input, size, align, scales);
  if (r.mode == "trilinear" && r.spatial() == 3) return at::upsample_trilinear3d(r.input, size, align, scales);
  if (r.mode == "bilinear" && r.spatial() == 2) {
    return r.antialias ? at::_upsample_bilinear2d_aa(r.input, size, align, scales)
                       : at::upsample_bilinear2d(r.input, size, align, scales);
  }
  if (r.mode == "bicubic" && r.spatial() == 2) {
    return r.antialias ? at::_upsample_bicubic2d_aa(r.input, size, align, scales)
                       : at::upsample_bicubic2d(r.input, size, align, scales);
  }
  TORCH_CHECK_NOT_IMPLEMENTED(false, "Input Error: Only 3D, 4D and 5D input Tensors supported (got ", r.input.dim(),
                              "D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | "
                              "nearest-exact (got ",
                              r.mode, ")");
}

at::Tensor interpolate(Request r) {
  const bool plain = r.mode == "nearest" || r.mode == "area" || r.mode == "nearest-exact";
  TORCH_CHECK_VALUE(!plain || !r.align_corners,
                    "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                    "trilinear");
  TORCH_CHECK_VALUE(
      r.size.has_value() != r.scales.has_value(),
      r.size ? "only one of size or scale_factor should be defined" : "either size or scale_factor should be defined");
  TORCH_CHECK_VALUE(!r.recompute || !r.size, "recompute_scale_factor is not meaningful with an explicit size.");
  if (r.recompute) {
    r.size = scaled_size(r);
    r.scales.reset();
  }
  if (r.mode == "area") return area(r);
  const at::OptionalIntArrayRef size = r.size ? at::OptionalIntArrayRef(*r.size) : std::nullopt;
  const auto scales = r.scales ? std::optional(at::ArrayRef<double>(*r.scales)) : std::nullopt;
  if (r.mode == "nearest") return nearest(r, size, scales);
  if (r.mode == "nearest-exact") return nearest_exact(r, size, scales);
  return smooth(r, size, scales);
}

// (input, size, scale_factor, ...): what all these ops begin with.
Request common(const Call& call) {
  Request r;
  r.input = tensor_at(call, 0);
  TORCH_CHECK(r.input.dim() >= 3 && r.input.dim() <= 5, "Input Error: Only 3D, 4D and 5D input Tensors supported (got ",
              r.input.dim(), "D)");
  r.size = per_dimension<std::int64_t>(call[1], r.spatial(), [](const Value& v) { return v.to_int(); });
  r.scales = per_dimension<double>(call[2], r.spatial(), [](const Value& v) { return v.number_to_double(); });
  return r;
}

std::optional<bool> flag(const Call& call, std::size_t i) {
  if (call.size() <= i || call[i].is_none()) return std::nullopt;
  return call[i].to_bool();
}

void interpolate_op(Call& call) {
  Request r = common(call);
  r.mode = call[3].to_string();
  r.align_corners = flag(call, 4);
  r.recompute = flag(call, 5).value_or(false);
  r.antialias = flag(call, 6).value_or(false);
  call.set_result(wrap(interpolate(std::move(r))));
}
void upsample_op(Call& call) {
  Request r = common(call);
  r.mode = call[3].to_string();
  r.align_corners = flag(call, 4);
  call.set_result(wrap(interpolate(std::move(r))));
}
void upsample_nearest_op(Call& call) { call.set_result(wrap(interpolate(common(call)))); }
void upsample_bilinear_op(Call& call) {
  Request r = common(call);
  r.mode = "bilinear";
  r.align_corners = true;
  call.set_result(wrap(interpolate(std::move(r))));
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::__interpolate", guarded<interpolate_op, 7>},
      {"aten::__interpolate.size_list", guarded<interpolate_op, 7>},
      {"aten::__interpolate.scale_list", guarded<interpolate_op, 7>},
      {"aten::__interpolate.size_list_scale_list", guarded<interpolate_op, 7>},
      {"aten::__upsample", guarded<upsample_op, 5>},
      {"aten::__upsample.size_list", guarded<upsample_op, 5>},
      {"aten::__upsample_nearest", guarded<upsample_nearest_op, 3>},
      {"aten::__upsample_nearest.size_list", guarded<upsample_nearest_op, 3>},
      {"aten::__upsample_bilinear", guarded<upsample_bilinear_op, 3>},
      {"aten::__upsample_bilinear.size_list", guarded<upsample_bilinear_op, 3>},
      {"aten::__upsample_bilinear.scale_list", guarded<upsample_bilinear_op, 3>},
      {"aten::__upsample_bilinear.size_list_scale_list", guarded<upsample_bilinear_op, 3>},
  };
  return table;
}

}  // namespace

OpFunction find_resampling_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
