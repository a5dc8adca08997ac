// Conversions between numbers, and between numbers and strings: int(), float(), bool(), complex(), str(), ord(), hex(),
// ...
#include <algorithm>
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/number_text.h"
#include "ops/ops.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;

std::int64_t int_of_scalar(const Value& v) {
  if (v.tag() == Tag::kComplex) {
    raise_type_error("int() argument must be a string, a bytes-like object or a real number, not 'complex'");
  }
  return v.is_double() ? integer_of(std::trunc(v.to_double())) : read_integer(v);
}

double float_of_scalar(const Value& v) {
  if (v.tag() == Tag::kComplex) raise_type_error("float() argument must be a string or a real number, not 'complex'");
  return read_double(v);
}

// "0b", "-0x", ...: Python writes the sign before the prefix.
std::string prefixed(std::int64_t value, const char* prefix, unsigned base) {
  return (value < 0 ? "-" : "") + (prefix + digits_in_base(magnitude(value), base));
}

std::string character(std::int64_t code) {
  if (code < 0 || code > 0x10FFFF) raise_value_error("chr() arg not in range(0x110000)");
  std::string text;
  append_utf8(text, static_cast<char32_t>(code));
  return text;
}

std::int64_t code_of(Str text) {
  const std::size_t n = count_code_points(text);
  if (n != 1) raise_type_error("ord() expected a character, but string of length " + std::to_string(n) + " found");
  std::size_t at = 0;
  return static_cast<std::int64_t>(next_code_point(text, at));
}

// Python's hash of an int: its value modulo the prime 2**61 - 1, with the sign, and never -1.
std::int64_t hash_of_int(std::int64_t value) {
  constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
  const auto rest = static_cast<std::int64_t>(magnitude(value) % kPrime);
  const std::int64_t hash = value < 0 ? -rest : rest;
  return hash == -1 ? -2 : hash;
}

std::int64_t hash_of(const Value& v) {
  if (v.is_list() || v.is_dict()) raise_type_error(std::string("unhashable type: '") + tag_name(v.tag()) + "'");
  if (v.is_int() || v.is_bool()) return hash_of_int(read_integer(v));
  if (v.is_double() && std::abs(v.to_double()) < 0x1p62 && v.to_double() == std::trunc(v.to_double())) {
    return hash_of_int(static_cast<std::int64_t>(v.to_double()));
  }
  return static_cast<std::int64_t>(KeyHash()(v));
}

constexpr auto complex_of_parts = [](double real, double imaginary) { return Complex(real, imaginary); };

constexpr OpEntry kOps[] = {
    {"aten::Int.bool(bool a) -> int", op<[](bool a) -> std::int64_t { return a; }>},
    {"aten::Int.float(float a) -> int", op<[](double a) { return integer_of(std::trunc(a)); }>},
    {"aten::Int.Scalar(Scalar a) -> int", op<int_of_scalar>},
    {"aten::Int.str(str a) -> int", op<[](Str text) { return parse_int(text); }>},
    {"aten::Float.int(int a) -> float", op<[](std::int64_t a) { return static_cast<double>(a); }>},
    {"aten::Float.bool(bool a) -> float", op<[](bool a) { return a ? 1.0 : 0.0; }>},
    {"aten::Float.Scalar(Scalar a) -> float", op<float_of_scalar>},
    {"aten::Float.str(str a) -> float", op<[](Str text) { return parse_float(text); }>},
    {"aten::Bool.int(int a) -> bool", op<[](std::int64_t a) { return a != 0; }>},
    {"aten::Bool.float(float a) -> bool", op<[](double a) { return a != 0.0; }>},
    {"aten::Complex.Scalar(Scalar a) -> complex", op<[](Complex a) { return a; }>},
    {"aten::Complex.int_bool(int x, bool y) -> complex", op<complex_of_parts>},
    {"aten::Complex.bool_int(bool x, int y) -> complex", op<complex_of_parts>},
    {"aten::Complex.float_bool(float x, bool y) -> complex", op<complex_of_parts>},
    {"aten::Complex.bool_float(bool x, float y) -> complex", op<complex_of_parts>},
    {"aten::Complex.float_int(float x, int y) -> complex", op<complex_of_parts>},
    {"aten::Complex.int_float(int x, float y) -> complex", op<complex_of_parts>},
    {"aten::Complex.int_int(int x, int y) -> complex", op<complex_of_parts>},
    {"aten::Complex.bool_bool(bool x, bool y) -> complex", op<complex_of_parts>},
    {"aten::Complex.float_float(float x, float y) -> complex", op<complex_of_parts>},
    {"aten::str(t elem) -> str", op<value_str>},
    {"aten::bin(int i) -> str", op<[](std::int64_t i) { return prefixed(i, "0b", 2); }>},
    {"aten::oct(int i) -> str", op<[](std::int64_t i) { return prefixed(i, "0o", 8); }>},
    {"aten::hex(int i) -> str", op<[](std::int64_t i) { return prefixed(i, "0x", 16); }>},
    {"aten::chr(int i) -> str", op<character>},
    {"aten::ord(str string) -> int", op<code_of>},
    {"aten::hash.generic(t value) -> int", op<hash_of>},
};

}  // namespace

std::span<const OpEntry> conversion_ops() { return kOps; }

}  // namespace portfire::ops
