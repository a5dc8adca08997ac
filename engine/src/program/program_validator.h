// Checks a decoded program against every rule of docs/program-format.md. What passes can be linked and run without
// looking again: indices are in range, jumps go to instructions, arities fit, nothing nests or refers in a circle.
//
// Before: archive/program_decoder.h. After: program_linker.h. What is left to run time are the types of values in
// registers: every access to a Value checks its tag.
#pragma once

#include <string>

#include "archive/program_image.h"

namespace portfire {

// `in_memory`: the tensors come from the host, so what the file says about them is not used.
// Throws Error(kInvalidProgram) at the first rule that is broken.
void validate_program(const ProgramImage& image, bool in_memory, std::size_t host_tensors);

// The part of it that checks the code of one function (code_validator.cpp).
void validate_function(const ProgramImage& image, const FunctionRecord& function);

[[noreturn]] void reject_program(const std::string& where, const std::string& reason);

}  // namespace portfire
