// Arithmetic on Scalars: numbers whose kind is known only when the program runs. A bool counts as an int, as in Python.
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/number_order.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

bool is_complex(const Value& v) { return v.tag() == Tag::kComplex; }

// Calls `f` with both operands at their common kind: int, float or complex.
template <typename F>
Value at_common_kind(const Value& a, const Value& b, F f) {
  if (is_complex(a) || is_complex(b)) return f(read_complex(a), read_complex(b));
  if (a.is_double() || b.is_double()) return f(read_double(a), read_double(b));
  return f(read_integer(a), read_integer(b));
}

// As above, for operations that Python does not define on complex numbers.
template <typename F>
Value at_common_real_kind(const Value& a, const Value& b, const char* complaint, F f) {
  if (is_complex(a) || is_complex(b)) raise_type_error(complaint);
  if (a.is_double() || b.is_double()) return f(read_double(a), read_double(b));
  return f(read_integer(a), read_integer(b));
}

Value scalar_add(const Value& a, const Value& b) {
  return at_common_kind(a, b, [](auto x, auto y) -> Value {
    if constexpr (std::is_same_v<decltype(x), std::int64_t>)
      return add(x, y);
    else
      return x + y;
  });
}

Value scalar_sub(const Value& a, const Value& b) {
  return at_common_kind(a, b, [](auto x, auto y) -> Value {
    if constexpr (std::is_same_v<decltype(x), std::int64_t>)
      return sub(x, y);
    else
      return x - y;
  });
}

Value scalar_mul(const Value& a, const Value& b) {
  return at_common_kind(a, b, [](auto x, auto y) -> Value {
    if constexpr (std::is_same_v<decltype(x), double>)
      return x * y;
    else
      return mul(x, y);
  });
}

Value scalar_div(const Value& a, const Value& b) {
  return at_common_kind(a, b, [](auto x, auto y) -> Value { return divide(x, y); });
}

Value scalar_floor_divide(const Value& a, const Value& b) {
  return at_common_real_kind(a, b, "can't take floor of complex number.",
                             [](auto x, auto y) -> Value { return floor_divide(x, y); });
}

Value scalar_modulo(const Value& a, const Value& b) {
  return at_common_real_kind(a, b, "can't mod complex numbers.", [](auto x, auto y) -> Value { return modulo(x, y); });
}

Value scalar_power(const Value& a, const Value& b) {
  return at_common_kind(a, b, [](auto x, auto y) -> Value { return power(x, y); });
}

Value scalar_neg(const Value& a) {
  if (is_complex(a)) return -a.to_complex();
  if (a.is_double()) return -a.to_double();
  return neg(read_integer(a));
}

Value scalar_abs(const Value& a) {
  if (is_complex(a)) return std::abs(a.to_complex());
  if (a.is_double()) return std::abs(a.to_double());
  return absolute(read_integer(a));
}

Value scalar_max(const Value& a, const Value& b) { return number_less(a, b) ? b : a; }
Value scalar_min(const Value& a, const Value& b) { return number_less(b, a) ? b : a; }

constexpr OpEntry kOps[] = {
    {"aten::add(Scalar a, Scalar b) -> Scalar", op<scalar_add>},
    {"aten::sub(Scalar a, Scalar b) -> Scalar", op<scalar_sub>},
    {"aten::mul(Scalar a, Scalar b) -> Scalar", op<scalar_mul>},
    {"aten::div(Scalar a, Scalar b) -> float", op<scalar_div>},
    {"aten::floordiv(Scalar a, Scalar b) -> Scalar", op<scalar_floor_divide>},
    {"aten::remainder(Scalar a, Scalar b) -> Scalar", op<scalar_modulo>},
    {"aten::pow.Scalar_Scalar(Scalar a, Scalar b) -> float", op<scalar_power>},
    {"aten::neg.Scalar(Scalar a) -> Scalar", op<scalar_neg>},
    {"prim::abs.Scalar(Scalar a) -> Scalar", op<scalar_abs>},
    {"prim::max(Scalar a, Scalar b) -> Scalar", op<scalar_max>},
    {"prim::min(Scalar a, Scalar b) -> Scalar", op<scalar_min>},
};

}  // namespace

std::span<const OpEntry> scalar_ops() { return kOps; }

}  // namespace portfire::ops
