// Arithmetic on complex numbers, and on one with an int or a float (widened when it is read).
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

void complex_add(Call& c) {
  op<[](Complex a, Complex b) { return a + b; }>(c);
}
void complex_sub(Call& c) {
  op<[](Complex a, Complex b) { return a - b; }>(c);
}
void complex_mul(Call& c) {
  op<[](Complex a, Complex b) { return mul(a, b); }>(c);
}
void complex_power(Call& c) {
  op<[](Complex a, Complex b) { return power(a, b); }>(c);
}
void complex_of_polar(Call& c) {
  op<[](double length, double angle) { return Complex(length * std::cos(angle), length * std::sin(angle)); }>(c);
}

double complex_abs(Complex z) {
  const double r = std::hypot(z.real(), z.imag());
  if (std::isinf(r) && std::isfinite(z.real()) && std::isfinite(z.imag())) {
    raise("OverflowError", "absolute value too large");
  }
  return r;
}

constexpr OpEntry kOps[] = {
    {"aten::add.complex(complex a, complex b) -> complex", complex_add},
    {"aten::add.int_complex(int a, complex b) -> complex", complex_add},
    {"aten::add.complex_int(complex a, int b) -> complex", complex_add},
    {"aten::add.float_complex(float a, complex b) -> complex", complex_add},
    {"aten::add.complex_float(complex a, float b) -> complex", complex_add},
    {"aten::sub.complex(complex a, complex b) -> complex", complex_sub},
    {"aten::sub.int_complex(int a, complex b) -> complex", complex_sub},
    {"aten::sub.complex_int(complex a, int b) -> complex", complex_sub},
    {"aten::sub.float_complex(float a, complex b) -> complex", complex_sub},
    {"aten::sub.complex_float(complex a, float b) -> complex", complex_sub},
    {"aten::mul.complex(complex a, complex b) -> complex", complex_mul},
    {"aten::mul.int_complex(int a, complex b) -> complex", complex_mul},
    {"aten::mul.complex_int(complex a, int b) -> complex", complex_mul},
    {"aten::mul.float_complex(float a, complex b) -> complex", complex_mul},
    {"aten::mul.complex_float(complex a, float b) -> complex", complex_mul},
    {"aten::div.complex(complex a, complex b) -> complex", op<[](Complex a, Complex b) { return divide(a, b); }>},
    {"aten::pow.complex(complex a, complex b) -> complex", complex_power},
    {"aten::pow.float_complex(float a, complex b) -> complex", complex_power},
    {"aten::pow.complex_float(complex a, float b) -> complex", complex_power},
    {"aten::neg.complex(complex a) -> complex", op<[](Complex a) { return -a; }>},
    {"prim::abs.complex(complex a) -> float", op<complex_abs>},
    // Beyond TorchScript's table: only this engine runs them.
    {"portfire::real(complex a) -> float", op<[](Complex z) { return z.real(); }>},
    {"portfire::imag(complex a) -> float", op<[](Complex z) { return z.imag(); }>},
    {"aten::polar.int(int a, int b) -> complex", complex_of_polar},
    {"aten::polar.float(float a, float b) -> complex", complex_of_polar},
    {"aten::polar.int_float(int a, float b) -> complex", complex_of_polar},
    {"aten::polar.float_int(float a, int b) -> complex", complex_of_polar},
    {"aten::polar.Scalar_Scalar(Scalar a, Scalar b) -> Scalar", complex_of_polar},
};

}  // namespace

std::span<const OpEntry> complex_ops() { return kOps; }

}  // namespace portfire::ops
