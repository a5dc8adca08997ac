// Ops on ints and bools: arithmetic, bits, and the two that `for i in range(...)` is lowered to.
#include "ops/arithmetic.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

std::int64_t shift_left(std::int64_t a, std::int64_t n) {
  if (n < 0) raise_value_error("negative shift count");
  if (a == 0) return 0;
  if (n > 63) raise_int_overflow();
  const auto shifted = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << n);
  if (shifted >> n != a) raise_int_overflow();
  return shifted;
}

std::int64_t shift_right(std::int64_t a, std::int64_t n) {
  if (n < 0) raise_value_error("negative shift count");
  return a >> (n > 63 ? 63 : n);
}

std::int64_t round_to_zero_divide(std::int64_t a, std::int64_t b) {
  if (b == 0) raise_zero_division("integer division or modulo by zero");
  return b == -1 ? neg(a) : a / b;
}

std::int64_t integer_in_range(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) raise_int_overflow();
  return static_cast<std::int64_t>(value);
}

// The number of steps of range(lo, hi, step). The difference is taken unsigned: it may need 64 bits and a sign.
std::int64_t range_length(std::int64_t lo, std::int64_t hi, std::int64_t step) {
  if (step == 0) [[unlikely]]
    raise_value_error("range() arg 3 must not be zero");
  if (step == 1) [[likely]]
    return lo < hi ? sub(hi, lo) : 0;
  if (step > 0 ? lo >= hi : lo <= hi) return 0;
  const auto distance = [](std::int64_t from, std::int64_t to) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  };
  const std::uint64_t gap = step > 0 ? distance(lo, hi) : distance(hi, lo);
  const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : ~static_cast<std::uint64_t>(step) + 1;
  return add(integer_in_range((gap - 1) / stride), 1);
}

// The distance from the start may need more than 64 bits where the index itself does not.
std::int64_t derive_index(std::int64_t index, std::int64_t start, std::int64_t step) {
  __extension__ using Wide = __int128;
  const Wide value = static_cast<Wide>(start) + static_cast<Wide>(index) * step;
  if (value != static_cast<std::int64_t>(value)) [[unlikely]]
    raise_int_overflow();
  return static_cast<std::int64_t>(value);
}

std::int64_t greatest_common_divisor(std::int64_t a, std::int64_t b) {
  while (b != 0) a = std::exchange(b, modulo(a, b));
  return absolute(a);
}

std::int64_t factorial(std::int64_t n) {
  if (n < 0) raise_value_error("factorial() not defined for negative values");
  std::int64_t r = 1;
  for (std::int64_t i = 2; i <= n; ++i) r = mul(r, i);
  return r;
}

constexpr OpEntry kOps[] = {
    {"aten::add.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return add(a, b); }>},
    {"aten::sub.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return sub(a, b); }>},
    {"aten::mul.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return mul(a, b); }>},
    {"aten::div.int(int a, int b) -> float", op<[](std::int64_t a, std::int64_t b) { return divide(a, b); }>},
    {"aten::floordiv.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return floor_divide(a, b); }>},
    {"aten::remainder.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return modulo(a, b); }>},
    {"aten::divmod.int(int x, int y) -> (int, int)",
     op<[](std::int64_t a, std::int64_t b) { return std::tuple{floor_divide(a, b), modulo(a, b)}; }>},
    {"aten::__round_to_zero_floordiv.int(int a, int b) -> int", op<round_to_zero_divide>},
    {"aten::pow.int(int a, int b) -> float", op<[](std::int64_t a, std::int64_t b) { return power(a, b); }>},
    {"aten::pow.int_to_int(int a, int b) -> int", op<integer_power>},
    {"aten::neg.int(int a) -> int", op<[](std::int64_t a) { return neg(a); }>},
    {"prim::abs.int(int a) -> int", op<absolute>},
    {"prim::max.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return a < b ? b : a; }>},
    {"prim::min.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return b < a ? b : a; }>},
    {"aten::gcd.int(int a, int b) -> int", op<greatest_common_divisor>},
    {"aten::factorial.int(int a) -> int", op<factorial>},
    {"aten::__and__.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return a & b; }>},
    {"aten::__or__.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return a | b; }>},
    {"aten::__xor__.int(int a, int b) -> int", op<[](std::int64_t a, std::int64_t b) { return a ^ b; }>},
    {"aten::__lshift__.int(int a, int b) -> int", op<shift_left>},
    {"aten::__rshift__.int(int a, int b) -> int", op<shift_right>},
    {"aten::__and__.bool(bool a, bool b) -> bool", op<[](bool a, bool b) { return a && b; }>},
    {"aten::__or__.bool(bool a, bool b) -> bool", op<[](bool a, bool b) { return a || b; }>},
    {"aten::__xor__.bool(bool a, bool b) -> bool", op<[](bool a, bool b) { return a != b; }>},
    {"aten::__not__(bool self) -> bool", op<[](bool a) { return !a; }>},
    {"aten::__range_length(int lo, int hi, int step) -> int", op<range_length>},
    {"aten::__derive_index(int index, int start, int step) -> int", op<derive_index>},
};

}  // namespace

std::span<const OpEntry> integer_ops() { return kOps; }

}  // namespace portfire::ops
