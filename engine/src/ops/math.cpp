// Python's math module: its results and its errors ("math domain error", "math range error").
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/arithmetic.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

[[noreturn]] void raise_domain_error() { raise_value_error("math domain error"); }
[[noreturn]] void raise_range_error() { raise("OverflowError", "math range error"); }

enum class Infinite { kIsDomainError, kIsRangeError };

// Python's rule for a function of one float: a nan out of a number is a domain error; an infinity out of a finite
// number is a pole (domain) or an overflow (range), by the function.
template <auto function, Infinite infinite = Infinite::kIsDomainError>
double checked(double x) {
  const double r = function(x);
  if (std::isnan(r) && !std::isnan(x)) [[unlikely]]
    raise_domain_error();
  if (std::isinf(r) && std::isfinite(x)) [[unlikely]] {
    if (infinite == Infinite::kIsRangeError) raise_range_error();
    raise_domain_error();
  }
  return r;
}

template <auto function>
double overflowing(double x) {
  return checked<function, Infinite::kIsRangeError>(x);
}

// The same function of a complex number; where the real one has an error, the complex one has a value.
template <auto function>
Complex complex(Complex z) {
  const Complex r = function(z);
  if ((std::isinf(r.real()) || std::isinf(r.imag())) && std::isfinite(z.real()) && std::isfinite(z.imag())) [[unlikely]]
    raise_range_error();
  return r;
}

template <double (*real)(double), auto function>
Value scalar(const Value& v) {
  if (v.tag() == Tag::kComplex) return complex<function>(v.to_complex());
  return real(read_double(v));
}

double gamma(double x) {
  if (x == std::floor(x) && std::isfinite(x)) {
    if (x <= 0.0) raise_domain_error();
    if (x <= 23.0) {  // exact: the factorials up to 22 are floats
      double product = 1.0;
      for (double i = 2.0; i < x; i += 1.0) product *= i;
      return product;
    }
  }
  if (std::isinf(x) && x < 0) raise_domain_error();
  return overflowing<[](double y) { return std::tgamma(y); }>(x);
}

double log_gamma(double x) {
  if (x <= 0.0 && x == std::floor(x) && std::isfinite(x)) raise_domain_error();
  if (x == 1.0 || x == 2.0) return 0.0;
  return overflowing<[](double y) { return std::lgamma(y); }>(x);
}

double degrees(double x) { return x * (180.0 / M_PI); }
double radians(double x) { return x * (M_PI / 180.0); }

constexpr auto kLog = [](auto x) { return std::log(x); };
// Near the unit circle the logarithm of the modulus is taken of what the modulus differs from one.
constexpr auto kComplexLog = [](Complex z) {
  if (z == Complex(0.0, 0.0)) raise_domain_error();
  const double larger = std::max(std::abs(z.real()), std::abs(z.imag()));
  const double smaller = std::min(std::abs(z.real()), std::abs(z.imag()));
  const double modulus = std::hypot(larger, smaller);
  if (!(modulus >= 0.71 && modulus <= 1.73)) return std::log(z);
  return Complex(std::log1p((larger - 1.0) * (larger + 1.0) + smaller * smaller) / 2.0, std::arg(z));
};

// Python's order of operations: the larger part of the root first, the other one from it.
constexpr auto kComplexSqrt = [](Complex z) {
  if (!std::isfinite(z.real()) || !std::isfinite(z.imag()) || z == Complex(0.0, 0.0)) return std::sqrt(z);
  const double x = std::abs(z.real()), y = std::abs(z.imag());
  constexpr double kSmallest = std::numeric_limits<double>::min();
  double root = 0.0;
  if (x < kSmallest && y < kSmallest) {  // without the bits that subnormal numbers lack
    root = std::ldexp(std::sqrt(std::ldexp(x, 53) + std::hypot(std::ldexp(x, 53), std::ldexp(y, 53))), -27);
  } else {
    root = 2.0 * std::sqrt(x / 8.0 + std::hypot(x / 8.0, y / 8.0));
  }
  const double other = y / (2.0 * root);
  if (z.real() >= 0.0) return Complex(root, std::copysign(other, z.imag()));
  return Complex(other, std::copysign(root, z.imag()));
};

// The poles: log at 0, the inverse tangents at +-i and +-1.
constexpr auto kComplexLogTen = [](Complex z) {
  if (z == Complex(0.0, 0.0)) raise_domain_error();
  return std::log10(z);
};
constexpr auto kComplexAtan = [](Complex z) {
  if (z.real() == 0.0 && std::abs(z.imag()) == 1.0) raise_domain_error();
  return std::atan(z);
};
constexpr auto kComplexAtanh = [](Complex z) {
  if (z.imag() == 0.0 && std::abs(z.real()) == 1.0) raise_domain_error();
  return std::atanh(z);
};

double log_in_base(double x, double base) { return divide(checked<kLog>(x), checked<kLog>(base)); }
Complex complex_log_in_base(Complex x, Complex base) { return divide(kComplexLog(x), kComplexLog(base)); }

double float_modulo(double x, double y) {
  if (std::isinf(y) && std::isfinite(x)) return x;
  const double r = std::fmod(x, y);
  if (std::isnan(r) && !std::isnan(x) && !std::isnan(y)) raise_domain_error();
  return r;
}

double ieee_remainder(double x, double y) {
  const double r = std::remainder(x, y);
  if (std::isnan(r) && !std::isnan(x) && !std::isnan(y)) raise_domain_error();
  return r;
}

double load_exponent(double x, std::int64_t exponent) {
  // Beyond these bounds the result is infinite or zero whatever x is.
  const double r = std::ldexp(x, static_cast<int>(std::clamp<std::int64_t>(exponent, -10000, 10000)));
  if (std::isinf(r) && std::isfinite(x)) raise_range_error();
  return r;
}

std::tuple<double, std::int64_t> fraction_and_exponent(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  return {fraction, std::isfinite(x) ? exponent : 0};
}

std::tuple<double, double> fraction_and_whole(double x) {
  double whole = 0.0;
  const double fraction = std::modf(x, &whole);
  return {fraction, whole};
}

// Rounding of a Scalar: ints stay as they are, floats become ints.
template <auto round_float>
Value whole(const Value& v) {
  return v.is_double() ? integer_of(round_float(v.to_double())) : read_integer(v);
}

constexpr auto kFloor = [](double x) { return std::floor(x); };
constexpr auto kCeil = [](double x) { return std::ceil(x); };

bool is_finite(Complex z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

Value scalar_angle(const Value& v) { return std::arg(read_complex(v)); }

#define REAL(NAME, F)                                                                                 \
  {"aten::" NAME ".int(int a) -> float", op<F>}, {"aten::" NAME ".float(float a) -> float", op<F>}, { \
    "aten::" NAME ".Scalar(Scalar a) -> Scalar", op<F>                                                \
  }
#define REAL_OR_COMPLEX(NAME, F, FUNCTION)                                                          \
  {"aten::" NAME ".int(int a) -> float", op<F>}, {"aten::" NAME ".float(float a) -> float", op<F>}, \
      {"aten::" NAME ".complex(complex a) -> complex", op<complex<FUNCTION>>}, {                    \
    "aten::" NAME ".Scalar(Scalar a) -> Scalar", op<scalar<F, FUNCTION>>                            \
  }
#define OF_TWO(NAME, SCALAR, F)                                                                                     \
  {"aten::" NAME ".int(int a, int b) -> float", op<F>}, {"aten::" NAME ".float(float a, float b) -> float", op<F>}, \
      {"aten::" NAME ".int_float(int a, float b) -> float", op<F>},                                                 \
      {"aten::" NAME ".float_int(float a, int b) -> float", op<F>}, {                                               \
    "aten::" NAME SCALAR "(Scalar a, Scalar b) -> float", op<F>                                                     \
  }

constexpr auto kSqrt = [](auto x) { return std::sqrt(x); };
constexpr auto kExp = [](auto x) { return std::exp(x); };
constexpr auto kLogTen = [](auto x) { return std::log10(x); };
constexpr auto kLogTwo = [](double x) { return std::log2(x); };
constexpr auto kExpTwo = [](double x) { return std::exp2(x); };
constexpr auto kSin = [](auto x) { return std::sin(x); };
constexpr auto kCos = [](auto x) { return std::cos(x); };
constexpr auto kTan = [](auto x) { return std::tan(x); };
constexpr auto kAsin = [](auto x) { return std::asin(x); };
constexpr auto kAcos = [](auto x) { return std::acos(x); };
constexpr auto kAtan = [](auto x) { return std::atan(x); };
constexpr auto kSinh = [](auto x) { return std::sinh(x); };
constexpr auto kCosh = [](auto x) { return std::cosh(x); };
constexpr auto kTanh = [](auto x) { return std::tanh(x); };
constexpr auto kAsinh = [](auto x) { return std::asinh(x); };
constexpr auto kAcosh = [](auto x) { return std::acosh(x); };
constexpr auto kAtanh = [](auto x) { return std::atanh(x); };

constexpr OpEntry kOps[] = {
    REAL_OR_COMPLEX("sqrt", checked<kSqrt>, kComplexSqrt),
    REAL_OR_COMPLEX("exp", overflowing<kExp>, kExp),
    REAL_OR_COMPLEX("log", checked<kLog>, kComplexLog),
    REAL_OR_COMPLEX("log10", checked<kLogTen>, kComplexLogTen),
    REAL_OR_COMPLEX("sin", checked<kSin>, kSin),
    REAL_OR_COMPLEX("cos", checked<kCos>, kCos),
    REAL_OR_COMPLEX("tan", checked<kTan>, kTan),
    REAL_OR_COMPLEX("asin", checked<kAsin>, kAsin),
    REAL_OR_COMPLEX("acos", checked<kAcos>, kAcos),
    REAL_OR_COMPLEX("atan", checked<kAtan>, kComplexAtan),
    REAL_OR_COMPLEX("sinh", overflowing<kSinh>, kSinh),
    REAL_OR_COMPLEX("cosh", overflowing<kCosh>, kCosh),
    REAL_OR_COMPLEX("tanh", checked<kTanh>, kTanh),
    REAL_OR_COMPLEX("asinh", checked<kAsinh>, kAsinh),
    REAL_OR_COMPLEX("acosh", checked<kAcosh>, kAcosh),
    REAL_OR_COMPLEX("atanh", checked<kAtanh>, kComplexAtanh),
    REAL("expm1", overflowing<[](double x) { return std::expm1(x); }>),
    REAL("log1p", checked<[](double x) { return std::log1p(x); }>),
    REAL("erf", [](double x) { return std::erf(x); }),
    REAL("erfc", [](double x) { return std::erfc(x); }),
    REAL("gamma", gamma),
    REAL("lgamma", log_gamma),
    REAL("fabs", [](double x) { return std::abs(x); }),
    REAL("degrees", degrees),
    REAL("radians", radians),
    REAL("round", [](double x) { return std::nearbyint(x); }),

    OF_TWO("fmod", "", float_modulo),
    OF_TWO("mathremainder", "", ieee_remainder),
    OF_TWO("copysign", "", [](double x, double y) { return std::copysign(x, y); }),
    OF_TWO("atan2", ".Scalar_Scalar", [](double y, double x) { return std::atan2(y, x); }),

    {"aten::log.int_int(int a, int b) -> float", op<log_in_base>},
    {"aten::log.float_float(float a, float b) -> float", op<log_in_base>},
    {"aten::log.int_float(int a, float b) -> float", op<log_in_base>},
    {"aten::log.float_int(float a, int b) -> float", op<log_in_base>},
    {"aten::log.complex_complex(complex a, complex b) -> complex", op<complex_log_in_base>},
    {"aten::log.int_complex(int a, complex b) -> complex", op<complex_log_in_base>},
    {"aten::log.complex_int(complex a, int b) -> complex", op<complex_log_in_base>},
    {"aten::log.float_complex(float a, complex b) -> complex", op<complex_log_in_base>},
    {"aten::log.complex_float(complex a, float b) -> complex", op<complex_log_in_base>},
    {"aten::log.Scalar_Scalar(Scalar a, Scalar b) -> float", op<log_in_base>},

    // Beyond TorchScript's table: only this engine runs them.
    {"portfire::log2(float a) -> float", op<checked<kLogTwo>>},
    {"portfire::exp2(float a) -> float", op<overflowing<kExpTwo>>},
    {"portfire::cbrt(float a) -> float", op<[](double x) { return std::cbrt(x); }>},

    {"aten::ldexp(float x, int i) -> float", op<load_exponent>},
    {"aten::frexp(float a) -> (float, int)", op<fraction_and_exponent>},
    {"aten::modf(float a) -> (float, float)", op<fraction_and_whole>},
    {"aten::floor.int(int a) -> int", op<[](std::int64_t a) { return a; }>},
    {"aten::floor.float(float a) -> int", op<[](double x) { return integer_of(std::floor(x)); }>},
    {"aten::floor.Scalar(Scalar a) -> Scalar", op<whole<kFloor>>},
    {"aten::ceil.int(int a) -> int", op<[](std::int64_t a) { return a; }>},
    {"aten::ceil.float(float a) -> int", op<[](double x) { return integer_of(std::ceil(x)); }>},
    {"aten::ceil.Scalar(Scalar a) -> Scalar", op<whole<kCeil>>},
    {"aten::isnan.float(float a) -> bool", op<[](double x) { return std::isnan(x); }>},
    {"aten::isinf.float(float a) -> bool", op<[](double x) { return std::isinf(x); }>},
    {"aten::isfinite.float(float a) -> bool", op<[](double x) { return std::isfinite(x); }>},
    {"aten::isnan.complex(complex a) -> bool",
     op<[](Complex z) { return std::isnan(z.real()) || std::isnan(z.imag()); }>},
    {"aten::isinf.complex(complex a) -> bool",
     op<[](Complex z) { return std::isinf(z.real()) || std::isinf(z.imag()); }>},
    {"aten::isfinite.complex(complex a) -> bool", op<is_finite>},
    {"aten::angle.int(int a) -> float", op<scalar_angle>},
    {"aten::angle.float(float a) -> float", op<scalar_angle>},
    {"aten::angle.complex(complex a) -> float", op<scalar_angle>},
    {"aten::angle.Scalar(Scalar a) -> Scalar", op<scalar_angle>},
};

}  // namespace

std::span<const OpEntry> math_ops() { return kOps; }

}  // namespace portfire::ops
