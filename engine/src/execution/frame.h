// One call in progress.
#pragma once

#include <cstdint>

#include "execution/register_stack.h"
#include "program/function_code.h"

namespace portfire {

struct Frame {
  const FunctionCode* code = nullptr;
  Value* registers = nullptr;
  RegisterStack::Mark mark{};                // before its registers were pushed
  const std::uint32_t* return_to = nullptr;  // in the caller's words: the instruction after the call
  std::uint32_t result = 0;                  // the caller's register
};

}  // namespace portfire
