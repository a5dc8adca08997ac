// Comparison of numbers of every pair of kinds. NaN compares as IEEE and Python say; an int with a float exactly.
#include "ops/bind.h"
#include "ops/number_order.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

using Int = std::int64_t;

bool scalar_less_equal(const Value& a, const Value& b) {
  // Not the negation of b < a: with a nan both are false.
  return number_less(a, b) || number_equal(a, b);
}

constexpr OpEntry kOps[] = {
    {"aten::eq.int(int a, int b) -> bool", op<[](Int a, Int b) { return a == b; }>},
    {"aten::ne.int(int a, int b) -> bool", op<[](Int a, Int b) { return a != b; }>},
    {"aten::lt.int(int a, int b) -> bool", op<[](Int a, Int b) { return a < b; }>},
    {"aten::le.int(int a, int b) -> bool", op<[](Int a, Int b) { return a <= b; }>},
    {"aten::gt.int(int a, int b) -> bool", op<[](Int a, Int b) { return b < a; }>},
    {"aten::ge.int(int a, int b) -> bool", op<[](Int a, Int b) { return b <= a; }>},

    {"aten::eq.float(float a, float b) -> bool", op<[](double a, double b) { return a == b; }>},
    {"aten::ne.float(float a, float b) -> bool", op<[](double a, double b) { return a != b; }>},
    {"aten::lt.float(float a, float b) -> bool", op<[](double a, double b) { return a < b; }>},
    {"aten::le.float(float a, float b) -> bool", op<[](double a, double b) { return a <= b; }>},
    {"aten::gt.float(float a, float b) -> bool", op<[](double a, double b) { return b < a; }>},
    {"aten::ge.float(float a, float b) -> bool", op<[](double a, double b) { return b <= a; }>},

    {"aten::eq.int_float(int a, float b) -> bool", op<[](Int a, double b) { return int_equals_float(a, b); }>},
    {"aten::ne.int_float(int a, float b) -> bool", op<[](Int a, double b) { return !int_equals_float(a, b); }>},
    {"aten::lt.int_float(int a, float b) -> bool", op<int_less_than_float>},
    {"aten::le.int_float(int a, float b) -> bool",
     op<[](Int a, double b) { return int_less_than_float(a, b) || int_equals_float(a, b); }>},
    {"aten::gt.int_float(int a, float b) -> bool", op<[](Int a, double b) { return float_less_than_int(b, a); }>},
    {"aten::ge.int_float(int a, float b) -> bool",
     op<[](Int a, double b) { return float_less_than_int(b, a) || int_equals_float(a, b); }>},

    {"aten::eq.float_int(float a, int b) -> bool", op<[](double a, Int b) { return int_equals_float(b, a); }>},
    {"aten::ne.float_int(float a, int b) -> bool", op<[](double a, Int b) { return !int_equals_float(b, a); }>},
    {"aten::lt.float_int(float a, int b) -> bool", op<float_less_than_int>},
    {"aten::le.float_int(float a, int b) -> bool",
     op<[](double a, Int b) { return float_less_than_int(a, b) || int_equals_float(b, a); }>},
    {"aten::gt.float_int(float a, int b) -> bool", op<[](double a, Int b) { return int_less_than_float(b, a); }>},
    {"aten::ge.float_int(float a, int b) -> bool",
     op<[](double a, Int b) { return int_less_than_float(b, a) || int_equals_float(b, a); }>},

    {"aten::eq.complex(complex a, complex b) -> bool", op<[](Complex a, Complex b) { return a == b; }>},
    {"aten::ne.complex(complex a, complex b) -> bool", op<[](Complex a, Complex b) { return a != b; }>},
    {"aten::eq.float_complex(float a, complex b) -> bool", op<[](Complex a, Complex b) { return a == b; }>},
    {"aten::ne.float_complex(float a, complex b) -> bool", op<[](Complex a, Complex b) { return a != b; }>},
    {"aten::eq.complex_float(complex a, float b) -> bool", op<[](Complex a, Complex b) { return a == b; }>},
    {"aten::ne.complex_float(complex a, float b) -> bool", op<[](Complex a, Complex b) { return a != b; }>},

    {"aten::eq(Scalar a, Scalar b) -> bool", op<number_equal>},
    {"aten::ne(Scalar a, Scalar b) -> bool", op<[](const Value& a, const Value& b) { return !number_equal(a, b); }>},
    {"aten::lt(Scalar a, Scalar b) -> bool", op<number_less>},
    {"aten::le(Scalar a, Scalar b) -> bool", op<scalar_less_equal>},
    {"aten::gt(Scalar a, Scalar b) -> bool", op<[](const Value& a, const Value& b) { return number_less(b, a); }>},
    {"aten::ge(Scalar a, Scalar b) -> bool",
     op<[](const Value& a, const Value& b) { return scalar_less_equal(b, a); }>},
};

}  // namespace

std::span<const OpEntry> number_comparison_ops() { return kOps; }

}  // namespace portfire::ops
