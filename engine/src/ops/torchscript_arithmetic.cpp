// Arithmetic as torch's own runtime has it: ints that wrap, divisions by zero and functions outside their domain that
// give infinities and NaNs. Programs read from files that torch.jit wrote use these; see docs/torchscript-files.md.
#include <cmath>
#include <limits>

#include "ops/bind.h"
#include "ops/ops.h"

namespace portfire::ops {
namespace {

using Int = std::int64_t;
using Bits = std::uint64_t;

constexpr auto kAdd = [](Int a, Int b) { return static_cast<Int>(static_cast<Bits>(a) + static_cast<Bits>(b)); };
constexpr auto kSub = [](Int a, Int b) { return static_cast<Int>(static_cast<Bits>(a) - static_cast<Bits>(b)); };
constexpr auto kMul = [](Int a, Int b) { return static_cast<Int>(static_cast<Bits>(a) * static_cast<Bits>(b)); };
constexpr auto kNeg = [](Int a) { return static_cast<Int>(-static_cast<Bits>(a)); };
constexpr auto kAbs = [](Int a) { return a < 0 ? static_cast<Int>(-static_cast<Bits>(a)) : a; };
// Of a shift by more than a word has, processors take the lowest bits.
constexpr auto kShiftLeft = [](Int a, Int b) {
  return static_cast<Int>(static_cast<Bits>(a) << (static_cast<Bits>(b) % 64));
};
constexpr auto kShiftRight = [](Int a, Int b) { return a >> (static_cast<Bits>(b) % 64); };

constexpr auto kDivide = [](double a, double b) { return a / b; };
constexpr auto kFloorDivide = [](double a, double b) { return std::floor(a / b); };
constexpr auto kModulo = [](double a, double b) { return std::fmod(b + std::fmod(a, b), b); };

// A float outside of 64 bits becomes what processors make of it.
Int to_int(double x) {
  constexpr double kBound = 9223372036854775808.0;
  return x >= -kBound && x < kBound ? static_cast<Int>(x) : std::numeric_limits<Int>::min();
}

constexpr auto kLogInBase = [](double a, double b) { return std::log(a) / std::log(b); };
constexpr auto kFmod = [](double a, double b) { return std::fmod(a, b); };
constexpr auto kPow = [](double a, double b) { return std::pow(a, b); };
constexpr auto kIeeeRemainder = [](double a, double b) { return std::remainder(a, b); };

#define OF_ONE(NAME, FUNCTION)                                                                \
  {"torchscript::" NAME ".int(int a) -> float", op<[](double x) { return FUNCTION(x); }>}, {  \
    "torchscript::" NAME ".float(float a) -> float", op<[](double x) { return FUNCTION(x); }> \
  }
#define OF_MIXED(NAME, F)                                                    \
  {"torchscript::" NAME ".float(float a, float b) -> float", op<F>},         \
      {"torchscript::" NAME ".int_float(int a, float b) -> float", op<F>}, { \
    "torchscript::" NAME ".float_int(float a, int b) -> float", op<F>        \
  }

constexpr OpEntry kOps[] = {
    {"torchscript::add.int(int a, int b) -> int", op<kAdd>},
    {"torchscript::sub.int(int a, int b) -> int", op<kSub>},
    {"torchscript::mul.int(int a, int b) -> int", op<kMul>},
    {"torchscript::neg.int(int a) -> int", op<kNeg>},
    {"torchscript::abs.int(int a) -> int", op<kAbs>},
    {"torchscript::__lshift__.int(int a, int b) -> int", op<kShiftLeft>},
    {"torchscript::__rshift__.int(int a, int b) -> int", op<kShiftRight>},
    {"torchscript::div.int(int a, int b) -> float", op<kDivide>},
    {"torchscript::div.float(float a, float b) -> float", op<kDivide>},
    OF_MIXED("floordiv", kFloorDivide),
    OF_MIXED("remainder", kModulo),
    {"torchscript::Int.float(float a) -> int", op<to_int>},
    {"torchscript::floor.float(float a) -> int", op<[](double x) { return to_int(std::floor(x)); }>},
    {"torchscript::ceil.float(float a) -> int", op<[](double x) { return to_int(std::ceil(x)); }>},
    OF_ONE("sqrt", std::sqrt),
    OF_ONE("exp", std::exp),
    OF_ONE("expm1", std::expm1),
    OF_ONE("log", std::log),
    OF_ONE("log10", std::log10),
    OF_ONE("log1p", std::log1p),
    OF_ONE("sin", std::sin),
    OF_ONE("cos", std::cos),
    OF_ONE("tan", std::tan),
    OF_ONE("asin", std::asin),
    OF_ONE("acos", std::acos),
    OF_ONE("sinh", std::sinh),
    OF_ONE("cosh", std::cosh),
    OF_ONE("acosh", std::acosh),
    OF_ONE("atanh", std::atanh),
    OF_ONE("gamma", std::tgamma),
    OF_ONE("lgamma", std::lgamma),
    {"torchscript::log.int_int(int a, int b) -> float", op<kLogInBase>},
    {"torchscript::log.float_float(float a, float b) -> float", op<kLogInBase>},
    {"torchscript::log.int_float(int a, float b) -> float", op<kLogInBase>},
    {"torchscript::log.float_int(float a, int b) -> float", op<kLogInBase>},
    {"torchscript::fmod.int(int a, int b) -> float", op<kFmod>},
    OF_MIXED("fmod", kFmod),
    {"torchscript::mathremainder.int(int a, int b) -> float", op<kIeeeRemainder>},
    OF_MIXED("mathremainder", kIeeeRemainder),
    {"torchscript::pow.int(int a, int b) -> float", op<kPow>},
    OF_MIXED("pow", kPow),
};

}  // namespace

std::span<const OpEntry> torchscript_arithmetic_ops() { return kOps; }

}  // namespace portfire::ops
