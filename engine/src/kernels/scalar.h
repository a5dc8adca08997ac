// ATen's Scalar: a Python number given to a kernel.
#pragma once

#include <complex>
#include <cstdint>

#include "dispatch.h"
#include "portfire/value.h"

namespace portfire::kernels {

class Scalar {
 public:
  enum class Kind : std::uint8_t { kBool, kInt, kDouble, kComplex };
  Scalar(bool b) : kind_(Kind::kBool), integer_(b) {}                     // NOLINT: numbers convert implicitly
  Scalar(std::int64_t i) : kind_(Kind::kInt), integer_(i) {}              // NOLINT
  Scalar(int i) : Scalar(static_cast<std::int64_t>(i)) {}                 // NOLINT
  Scalar(double d) : kind_(Kind::kDouble), complex_(d) {}                 // NOLINT
  Scalar(std::complex<double> c) : kind_(Kind::kComplex), complex_(c) {}  // NOLINT
  static Scalar from_value(const Value& v);

  Kind kind() const noexcept { return kind_; }
  bool is_discrete() const noexcept { return kind_ == Kind::kBool || kind_ == Kind::kInt; }
  bool is_complex() const noexcept { return kind_ == Kind::kComplex; }
  template <typename T>
  T to() const {
    if (is_discrete()) return convert_number<T>(integer_);
    if (kind_ == Kind::kDouble) return convert_number<T>(complex_.real());
    return convert_number<T>(complex_);
  }
  // The dtype a tensor made of it gets: bool, int64, float32 or complex64.
  DType default_dtype() const;
  Value as_value() const;

 private:
  Kind kind_;
  std::int64_t integer_ = 0;
  std::complex<double> complex_;
};

}  // namespace portfire::kernels
