// Python's arithmetic on ints (checked, 64 bits), floats and complex numbers: what the op tables and the Scalar
// dispatch share.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "ops/bind.h"
#include "ops/raise.h"

namespace portfire::ops {

inline std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t r;
  if (__builtin_add_overflow(a, b, &r)) [[unlikely]]
    raise_int_overflow();
  return r;
}
inline std::int64_t sub(std::int64_t a, std::int64_t b) {
  std::int64_t r;
  if (__builtin_sub_overflow(a, b, &r)) [[unlikely]]
    raise_int_overflow();
  return r;
}
inline std::int64_t mul(std::int64_t a, std::int64_t b) {
  std::int64_t r;
  if (__builtin_mul_overflow(a, b, &r)) [[unlikely]]
    raise_int_overflow();
  return r;
}
inline std::int64_t neg(std::int64_t a) { return sub(0, a); }
inline std::int64_t absolute(std::int64_t a) { return a < 0 ? neg(a) : a; }

// Rounds towards minus infinity; the remainder has the sign of the divisor.
inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  if (b == 0) [[unlikely]]
    raise_zero_division("integer division or modulo by zero");
  if (b == -1) return neg(a);  // the only quotient that may not fit, and the processor traps on it
  const std::int64_t q = a / b;
  return q - (a % b != 0 && (a < 0) != (b < 0));
}
inline std::int64_t modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) [[unlikely]]
    raise_zero_division("integer modulo by zero");
  if (b == -1) return 0;
  const std::int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

// Term by term, without the recovery of infinities that C++ adds: Python has none.
inline Complex mul(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

double divide(double a, double b);
double divide(std::int64_t a, std::int64_t b);  // correctly rounded, as Python's int / int
Complex divide(Complex a, Complex b);
std::pair<double, double> floor_divide_modulo(double a, double b);
double floor_divide(double a, double b);
double modulo(double a, double b);

double power(double base, double exponent);
Complex power(Complex base, Complex exponent);
double power(std::int64_t base, std::int64_t exponent);  // a float whatever the sign, as TorchScript's schema says
std::int64_t integer_power(std::int64_t base, std::int64_t exponent);

// A float that holds an integer, as an int: floor(), int() and the like end here.
std::int64_t integer_of(double whole);

}  // namespace portfire::ops
