// Scalar ops that the interpreter runs itself instead of calling them. Each falls back to the bound op when an operand
// is not what its schema says, or when the result needs an error.
#pragma once

#include <optional>
#include <string_view>

#include "program/function_code.h"

namespace portfire {

struct Intrinsic {
  Code code;
  std::uint8_t arity;
  std::uint8_t references = 0;  // so many operands, from the first, may hold references
};

// By qualified name with overload: "aten::add.int".
std::optional<Intrinsic> find_intrinsic(std::string_view op) noexcept;
// The branch on a comparison: LtInt -> IfLtInt.
std::optional<Code> branch_of(Code comparison) noexcept;

}  // namespace portfire
