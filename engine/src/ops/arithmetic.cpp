// See arithmetic.h: the operations that are more than a line.
#include "ops/arithmetic.h"

#include <cmath>

namespace portfire::ops {

double divide(double a, double b) {
  if (b == 0.0) [[unlikely]]
    raise_zero_division("float division by zero");
  return a / b;
}

double divide(std::int64_t a, std::int64_t b) {
  if (b == 0) [[unlikely]]
    raise_zero_division("division by zero");
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (-kExact <= a && a <= kExact && -kExact <= b && b <= kExact)
    return static_cast<double>(a) / static_cast<double>(b);
  // Beyond 53 bits the operands would be rounded before the division. Here both are exact in 128 bits: take a quotient
  // of at least 62 bits, fold the rest into its lowest bit (sticky), and let one conversion do the rounding.
  const bool negative = (a < 0) != (b < 0);
  const auto magnitude = [](std::int64_t v) {
    return v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
  };
  __extension__ using Wide = unsigned __int128;
  Wide n = magnitude(a);
  const Wide d = magnitude(b);
  if (n == 0) return negative ? -0.0 : 0.0;
  int shift = 0;
  while (n >> 126 == 0) n <<= 1, ++shift;
  Wide q = n / d;
  bool sticky = n % d != 0;
  while (q >> 63 != 0) {
    sticky |= (q & 1) != 0;
    q >>= 1;
    --shift;
  }
  const double rounded = std::ldexp(static_cast<double>(static_cast<std::int64_t>(q | (sticky ? 1 : 0))), -shift);
  return negative ? -rounded : rounded;
}

Complex divide(Complex a, Complex b) {
  if (b == Complex(0.0, 0.0)) raise_zero_division("complex division by zero");
  // Smith's method with Python's order of operations: scale by the larger part of the divisor.
  if (std::abs(b.real()) >= std::abs(b.imag())) {
    const double ratio = b.imag() / b.real(), denominator = b.real() + b.imag() * ratio;
    return {(a.real() + a.imag() * ratio) / denominator, (a.imag() - a.real() * ratio) / denominator};
  }
  if (std::abs(b.imag()) >= std::abs(b.real())) {
    const double ratio = b.real() / b.imag(), denominator = b.real() * ratio + b.imag();
    return {(a.real() * ratio + a.imag()) / denominator, (a.imag() * ratio - a.real()) / denominator};
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan};
}

std::pair<double, double> floor_divide_modulo(double a, double b) {
  double m = std::fmod(a, b);
  double q = (a - m) / b;
  if (m != 0.0) {
    if ((b < 0) != (m < 0)) {
      m += b;
      q -= 1.0;
    }
  } else {
    m = std::copysign(0.0, b);
  }
  if (q == 0.0) return {std::copysign(0.0, a / b), m};
  double floored = std::floor(q);
  if (q - floored > 0.5) floored += 1.0;
  return {floored, m};
}

double floor_divide(double a, double b) {
  if (b == 0.0) [[unlikely]]
    raise_zero_division("float floor division by zero");
  return floor_divide_modulo(a, b).first;
}

double modulo(double a, double b) {
  if (b == 0.0) [[unlikely]]
    raise_zero_division("float modulo");
  const double m = std::fmod(a, b);
  if (m == 0.0) return std::copysign(0.0, b);
  return (b < 0) != (m < 0) ? m + b : m;
}

double power(double base, double exponent) {
  if (base == 0.0 && exponent < 0.0 && std::isfinite(exponent)) {
    raise_zero_division("0.0 cannot be raised to a negative power");
  }
  const double r = std::pow(base, exponent);
  if (std::isinf(r) && std::isfinite(base) && std::isfinite(exponent)) {
    raise("OverflowError", "(34, 'Numerical result out of range')");
  }
  if (std::isnan(r) && !std::isnan(base) && !std::isnan(exponent)) {  // Python's result is complex, the schema's is not
    raise_value_error("a negative number to a fractional power is complex: write complex(base) ** exponent");
  }
  return r;
}

Complex power(Complex base, Complex exponent) {
  if (exponent == Complex(0.0, 0.0)) return {1.0, 0.0};
  if (base == Complex(0.0, 0.0)) {
    if (exponent.imag() != 0.0 || exponent.real() < 0.0) {
      raise_zero_division("0.0 to a negative or complex power");
    }
    return {0.0, 0.0};
  }
  if (exponent.imag() == 0.0 && exponent.real() == std::floor(exponent.real()) && std::abs(exponent.real()) <= 100.0) {
    // Small whole exponents by repeated squaring, as Python does: exact where the factors are.
    Complex result(1.0, 0.0), square = base;
    for (auto n = static_cast<unsigned>(std::abs(exponent.real())); n != 0; n >>= 1U, square = mul(square, square)) {
      if (n & 1U) result = mul(result, square);
    }
    return exponent.real() < 0 ? divide(Complex(1.0, 0.0), result) : result;
  }
  const double modulus = std::hypot(base.real(), base.imag()), angle = std::atan2(base.imag(), base.real());
  double length = std::pow(modulus, exponent.real());
  double phase = angle * exponent.real();
  if (exponent.imag() != 0.0) {
    length *= std::exp(-angle * exponent.imag());
    phase += exponent.imag() * std::log(modulus);
  }
  return {length * std::cos(phase), length * std::sin(phase)};
}

namespace {

// False on overflow.
bool try_integer_power(std::int64_t base, std::int64_t exponent, std::int64_t* result) {
  std::int64_t r = 1;
  for (;; exponent >>= 1) {
    if ((exponent & 1) && __builtin_mul_overflow(r, base, &r)) return false;
    if (exponent <= 1) break;
    if (__builtin_mul_overflow(base, base, &base)) return false;
  }
  *result = r;
  return true;
}

}  // namespace

double power(std::int64_t base, std::int64_t exponent) {
  std::int64_t exact;
  if (exponent >= 0 && try_integer_power(base, exponent, &exact)) return static_cast<double>(exact);
  if (base == 0) raise_zero_division("0.0 cannot be raised to a negative power");
  const double r = std::pow(static_cast<double>(base), static_cast<double>(exponent));
  if (std::isinf(r)) raise("OverflowError", "int too large to convert to float");
  return r;
}

std::int64_t integer_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) raise_value_error("int power with a negative exponent has no int result");
  std::int64_t exact;
  if (!try_integer_power(base, exponent, &exact)) raise_int_overflow();
  return exact;
}

std::int64_t integer_of(double whole) {
  if (std::isnan(whole)) raise_value_error("cannot convert float NaN to integer");
  if (std::isinf(whole)) raise("OverflowError", "cannot convert float infinity to integer");
  if (whole < -0x1p63 || whole >= 0x1p63) raise_int_overflow();
  return static_cast<std::int64_t>(whole);
}

}  // namespace portfire::ops
