// What the scalar instructions compute, where their operands are what the schema says. Each reads its fields at `ip`
// (program/function_code.h), and says false, or asks the op, where the bound op has to do it: for another type, an
// overflow, a division by zero.
#pragma once

#include <cstdint>

#include "portfire/value.h"

namespace portfire::instructions {

using Word = std::uint32_t;

struct AddInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_add_overflow(a, b, &r); }
};
struct SubInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_sub_overflow(a, b, &r); }
};
struct MulInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_mul_overflow(a, b, &r); }
};
struct FloorDivInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) {
    if (b <= 0) return false;
    r = a / b - (a % b < 0);
    return true;
  }
};
struct RemainderInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) {
    if (b <= 0) return false;
    const std::int64_t m = a % b;
    r = m < 0 ? m + b : m;
    return true;
  }
};
struct AndInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a & b, true; }
};
struct OrInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a | b, true; }
};
struct XorInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a ^ b, true; }
};
struct AddFloat {
  static bool apply(double a, double b, double& r) { return r = a + b, true; }
};
struct SubFloat {
  static bool apply(double a, double b, double& r) { return r = a - b, true; }
};
struct MulFloat {
  static bool apply(double a, double b, double& r) { return r = a * b, true; }
};
struct DivFloat {
  static bool apply(double a, double b, double& r) {
    if (b == 0.0) return false;
    r = a / b;
    return true;
  }
};

struct MinInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = b < a ? b : a, true; }
};
struct MaxInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a < b ? b : a, true; }
};
struct MinFloat {
  static bool apply(double a, double b, double& r) { return r = b < a ? b : a, true; }
};
struct MaxFloat {
  static bool apply(double a, double b, double& r) { return r = a < b ? b : a, true; }
};

template <typename Op>
inline bool int_op(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  std::int64_t r = 0;
  if (!a.is_int() || !b.is_int() || !Op::apply(a.to_int(), b.to_int(), r)) [[unlikely]]
    return false;
  registers[ip[3]] = Value(r);
  return true;
}

template <typename Op>
inline bool float_op(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  double r = 0;
  if (!a.is_double() || !b.is_double() || !Op::apply(a.to_double(), b.to_double(), r)) [[unlikely]]
    return false;
  registers[ip[3]] = Value(r);
  return true;
}

enum class Answer : std::uint8_t { kFalse, kTrue, kAskOp };

template <typename Compare>
inline Answer compare_ints(const Value* registers, const Word* ip, Compare compare) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  if (!a.is_int() || !b.is_int()) [[unlikely]]
    return Answer::kAskOp;
  return compare(a.to_int(), b.to_int()) ? Answer::kTrue : Answer::kFalse;
}

template <typename Compare>
inline Answer compare_floats(const Value* registers, const Word* ip, Compare compare) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  if (!a.is_double() || !b.is_double()) [[unlikely]]
    return Answer::kAskOp;
  return compare(a.to_double(), b.to_double()) ? Answer::kTrue : Answer::kFalse;
}

inline bool negate_float(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  if (!a.is_double()) [[unlikely]]
    return false;
  registers[ip[3]] = -a.to_double();
  return true;
}

inline bool logical_not(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  if (!a.is_bool()) [[unlikely]]
    return false;
  registers[ip[3]] = !a.to_bool();
  return true;
}

}  // namespace portfire::instructions
