// A tensor as torch's repr() writes it: the format of its numbers is that which suits all of them, rows are broken at
// 80 columns, and long dimensions are shown by their ends. The behaviour is that of torch/_tensor_str.py.
#include "core/tensor_text.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

#include "core/half.h"

namespace portfire {
namespace {

constexpr std::int64_t kThreshold = 1000;  // tensors with more elements are shown by their ends
constexpr std::int64_t kEdge = 3;          // so many items of each end
constexpr std::size_t kLineWidth = 80;
constexpr const char* kPrefix = "tensor(";

// One element: a number of the kind that its dtype has.
struct Element {
  double real = 0;
  double imag = 0;
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
};

enum class Kind { kFloat, kComplex, kInt, kNatural, kBool };

std::optional<Kind> kind_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kFloat32:
    case DType::kFloat64:
      return Kind::kFloat;
    case DType::kComplex64:
    case DType::kComplex128:
      return Kind::kComplex;
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
      return Kind::kInt;
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32:
    case DType::kUInt64:
      return Kind::kNatural;
    case DType::kBool:
      return Kind::kBool;
    default:
      return std::nullopt;
  }
}

template <typename T>
T read(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

Element element_at(const std::byte* at, DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return {.real = read<Half>(at)};
    case DType::kBFloat16:
      return {.real = read<BFloat16>(at)};
    case DType::kFloat32:
      return {.real = read<float>(at)};
    case DType::kFloat64:
      return {.real = read<double>(at)};
    case DType::kComplex64:
      return {.real = read<std::complex<float>>(at).real(), .imag = read<std::complex<float>>(at).imag()};
    case DType::kComplex128:
      return {.real = read<std::complex<double>>(at).real(), .imag = read<std::complex<double>>(at).imag()};
    case DType::kInt8:
      return {.integer = read<std::int8_t>(at)};
    case DType::kInt16:
      return {.integer = read<std::int16_t>(at)};
    case DType::kInt32:
      return {.integer = read<std::int32_t>(at)};
    case DType::kInt64:
      return {.integer = read<std::int64_t>(at)};
    case DType::kUInt16:
      return {.natural = read<std::uint16_t>(at)};
    case DType::kUInt32:
      return {.natural = read<std::uint32_t>(at)};
    case DType::kUInt64:
      return {.natural = read<std::uint64_t>(at)};
    default:  // uint8, bool
      return {.natural = read<std::uint8_t>(at)};
  }
}

std::string printed(const char* format, double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char text[400];  // the longest: "%.4f" of the largest double
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

// How the floats of a tensor are written: as the numbers that are neither zero nor infinite nor NaN ask for.
class FloatFormat {
 public:
  void see(double value) {
    if (!std::isfinite(value) || value == 0) return;
    const double size = std::abs(value);
    least_ = seen_ ? std::min(least_, size) : size;
    most_ = seen_ ? std::max(most_, size) : size;
    has_fractions_ = has_fractions_ || value != std::ceil(value);
    seen_ = true;
  }

  bool is_scientific() const { return seen_ && (most_ / least_ > 1000.0 || most_ > 1.0e8 || least_ < 1.0e-4); }

  // After all values were seen: those that the width follows.
  void measure(double value) {
    if (!std::isfinite(value) || value == 0) return;
    const std::size_t point = !is_scientific() && !has_fractions_ ? 1 : 0;
    width_ = std::max(width_, printed(pattern(), value).size() + point);
  }

  std::size_t width() const { return width_; }

  std::string text(double value) const {
    std::string out = printed(pattern(), value);
    if (!is_scientific() && !has_fractions_ && std::isfinite(value)) out += ".";
    return padded(std::move(out), width_);
  }

 private:
  const char* pattern() const { return is_scientific() ? "%.4e" : has_fractions_ ? "%.4f" : "%.0f"; }

  bool seen_ = false;
  bool has_fractions_ = false;
  double least_ = 0;
  double most_ = 0;
  std::size_t width_ = 1;
};

class Writer {
 public:
  explicit Writer(const TensorBox& tensor, Kind kind)
      : dtype_(tensor.dtype()),
        kind_(kind),
        sizes_(tensor.sizes().begin(), tensor.sizes().end()),
        strides_(tensor.strides().begin(), tensor.strides().end()),
        bytes_(static_cast<std::int64_t>(dtype_size(tensor.dtype()))),
        is_shortened_(tensor.numel() > kThreshold),
        first_(static_cast<const std::byte*>(tensor.data())) {
    each(0, first_, [this](const Element& e) {
      real_.see(e.real);
      imag_.see(e.imag);
    });
    each(0, first_, [this](const Element& e) {
      real_.measure(e.real);
      imag_.measure(e.imag);
      if (kind_ != Kind::kFloat && kind_ != Kind::kComplex) width_ = std::max(width_, whole(e).size());
    });
  }

  std::string text() const { return sizes_.empty() ? item(element_at(first_, dtype_)) : block(0, first_, 7); }

 private:
  // The positions along a dimension that are shown; -1 stands for the rest.
  std::vector<std::int64_t> shown(std::size_t dim) const {
    std::vector<std::int64_t> positions;
    const std::int64_t size = sizes_[dim];
    const bool has_rest = is_shortened_ && size > 2 * kEdge;
    for (std::int64_t i = 0; i < (has_rest ? kEdge : size); ++i) positions.push_back(i);
    if (!has_rest) return positions;
    positions.push_back(-1);
    for (std::int64_t i = size - kEdge; i < size; ++i) positions.push_back(i);
    return positions;
  }

  template <typename F>
  void each(std::size_t dim, const std::byte* at, const F& visit) const {
    if (dim == sizes_.size()) {
      visit(element_at(at, dtype_));
      return;
    }
    for (const std::int64_t i : shown(dim)) {
      if (i >= 0) each(dim + 1, at + i * strides_[dim] * bytes_, visit);
    }
  }

  std::string whole(const Element& e) const {
    if (kind_ == Kind::kBool) return e.natural != 0 ? "True" : "False";
    return kind_ == Kind::kInt ? std::to_string(e.integer) : std::to_string(e.natural);
  }

  std::string item(const Element& e) const {
    if (kind_ == Kind::kFloat) return real_.text(e.real);
    if (kind_ != Kind::kComplex) return padded(whole(e), width_);
    std::string imag = imag_.text(e.imag) + "j";
    imag.erase(0, imag.find_first_not_of(' '));
    return real_.text(e.real) + (imag[0] == '-' || imag[0] == '+' ? "" : "+") + imag;
  }

  std::size_t item_width() const {
    if (kind_ == Kind::kFloat) return real_.width() + 2;
    return kind_ == Kind::kComplex ? real_.width() + imag_.width() + 3 : width_ + 2;
  }

  std::string row(std::size_t dim, const std::byte* at, std::size_t indent) const {
    const std::size_t room = kLineWidth > indent ? kLineWidth - indent : 0;
    const std::size_t per_line = std::max<std::size_t>(1, room / item_width());
    std::string out = "[";
    std::size_t count = 0;
    for (const std::int64_t i : shown(dim)) {
      if (count > 0) out += count % per_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
      out += i < 0 ? " ..." : item(element_at(at + i * strides_[dim] * bytes_, dtype_));
      ++count;
    }
    return out + "]";
  }

  std::string block(std::size_t dim, const std::byte* at, std::size_t indent) const {
    if (dim + 1 == sizes_.size()) return row(dim, at, indent);
    const std::string between = "," + std::string(sizes_.size() - dim - 1, '\n') + std::string(indent + 1, ' ');
    std::string out = "[";
    bool is_first = true;
    for (const std::int64_t i : shown(dim)) {
      if (!is_first) out += between;
      out += i < 0 ? "..." : block(dim + 1, at + i * strides_[dim] * bytes_, indent + 1);
      is_first = false;
    }
    return out + "]";
  }

  DType dtype_;
  Kind kind_;
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> strides_;
  std::int64_t bytes_;
  bool is_shortened_;
  const std::byte* first_;
  FloatFormat real_;
  FloatFormat imag_;
  std::size_t width_ = 1;
};

std::string sizes_text(const TensorBox& tensor, const char* between) {
  std::string out;
  for (const std::int64_t size : tensor.sizes()) out += (out.empty() ? "" : between) + std::to_string(size);
  return out;
}

// What stands behind the numbers, in torch's order.
std::vector<std::string> suffixes(const TensorBox& tensor) {
  std::vector<std::string> out;
  const DType dtype = tensor.dtype();
  const bool is_empty = tensor.numel() == 0;
  const bool is_usual = dtype == DType::kFloat32 || dtype == DType::kComplex64 ||
                        (!is_empty && (dtype == DType::kInt64 || dtype == DType::kBool));
  if (is_empty && tensor.dim() != 1) out.push_back("size=(" + sizes_text(tensor, ", ") + ")");
  if (!is_usual) out.push_back(std::string("dtype=torch.") + dtype_name(dtype));
  if (tensor.requires_grad()) out.emplace_back("requires_grad=True");
  return out;
}

}  // namespace

std::string device_text(const Device& device) {
  return device.index < 0 ? device.type : device.type + ":" + std::to_string(device.index);
}

std::string tensor_text(const TensorBox& tensor) {
  const std::optional<Kind> kind = kind_of(tensor.dtype());
  const bool is_empty = tensor.numel() == 0;
  if (!kind || (!is_empty && tensor.data() == nullptr)) {
    return std::string(kPrefix) + "<" + sizes_text(tensor, "x") + " " + dtype_name(tensor.dtype()) + " on " +
           device_text(tensor.device()) + ">)";
  }
  std::string out = kPrefix + (is_empty ? "[]" : Writer(tensor, *kind).text());
  const std::size_t last_line = out.rfind('\n');
  std::size_t length = out.size() - (last_line == std::string::npos ? 0 : last_line) + 1;
  if (last_line == std::string::npos) ++length;
  for (const std::string& suffix : suffixes(tensor)) {
    if (length + suffix.size() + 2 > kLineWidth) {
      out += ",\n" + std::string(std::strlen(kPrefix), ' ') + suffix;
      length = std::strlen(kPrefix) + suffix.size();
    } else {
      out += ", " + suffix;
      length += suffix.size() + 2;
    }
  }
  return out + ")";
}

}  // namespace portfire
