// Arithmetic on floats, and on an int with a float (the int is widened when it is read).
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

std::tuple<double, double> divide_modulo(double a, double b) {
  if (b == 0.0) raise_zero_division("float divmod()");
  const auto [q, m] = floor_divide_modulo(a, b);
  return {q, m};
}

void float_add(Call& c) {
  op<[](double a, double b) { return a + b; }>(c);
}
void float_sub(Call& c) {
  op<[](double a, double b) { return a - b; }>(c);
}
void float_mul(Call& c) {
  op<[](double a, double b) { return a * b; }>(c);
}
void float_floor_divide(Call& c) {
  op<[](double a, double b) { return floor_divide(a, b); }>(c);
}
void float_modulo(Call& c) {
  op<[](double a, double b) { return modulo(a, b); }>(c);
}
void float_power(Call& c) {
  op<[](double a, double b) { return power(a, b); }>(c);
}
// Python's max and min give the first of equal operands, and the first when a nan is compared.
void float_max(Call& c) {
  op<[](double a, double b) { return a < b ? b : a; }>(c);
}
void float_min(Call& c) {
  op<[](double a, double b) { return b < a ? b : a; }>(c);
}

constexpr OpEntry kOps[] = {
    {"aten::add.float(float a, float b) -> float", float_add},
    {"aten::add.int_float(int a, float b) -> float", float_add},
    {"aten::add.float_int(float a, int b) -> float", float_add},
    {"aten::sub.float(float a, float b) -> float", float_sub},
    {"aten::sub.int_float(int a, float b) -> float", float_sub},
    {"aten::sub.float_int(float a, int b) -> float", float_sub},
    {"aten::mul.float(float a, float b) -> float", float_mul},
    {"aten::mul.int_float(int a, float b) -> float", float_mul},
    {"aten::mul.float_int(float a, int b) -> float", float_mul},
    {"aten::div.float(float a, float b) -> float", op<[](double a, double b) { return divide(a, b); }>},
    {"aten::floordiv.float(float a, float b) -> float", float_floor_divide},
    {"aten::floordiv.int_float(int a, float b) -> float", float_floor_divide},
    {"aten::floordiv.float_int(float a, int b) -> float", float_floor_divide},
    {"aten::remainder.float(float a, float b) -> float", float_modulo},
    {"aten::remainder.int_float(int a, float b) -> float", float_modulo},
    {"aten::remainder.float_int(float a, int b) -> float", float_modulo},
    {"aten::divmod.float(float x, float y) -> (float, float)", op<divide_modulo>},
    {"aten::divmod.int_float(int x, float y) -> (float, float)", op<divide_modulo>},
    {"aten::divmod.float_int(float x, int y) -> (float, float)", op<divide_modulo>},
    {"aten::pow.float(float a, float b) -> float", float_power},
    {"aten::pow.int_float(int a, float b) -> float", float_power},
    {"aten::pow.float_int(float a, int b) -> float", float_power},
    {"aten::neg.float(float a) -> float", op<[](double a) { return -a; }>},
    {"prim::abs.float(float a) -> float", op<[](double a) { return std::abs(a); }>},
    {"prim::max.float(float a, float b) -> float", float_max},
    {"prim::max.int_float(int a, float b) -> float", float_max},
    {"prim::max.float_int(float a, int b) -> float", float_max},
    {"prim::min.float(float a, float b) -> float", float_min},
    {"prim::min.int_float(int a, float b) -> float", float_min},
    {"prim::min.float_int(float a, int b) -> float", float_min},
};

}  // namespace

std::span<const OpEntry> float_ops() { return kOps; }

}  // namespace portfire::ops
