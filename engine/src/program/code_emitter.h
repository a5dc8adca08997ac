// The checked code of one function -> the words the interpreter runs (function_code.h).
#pragma once

#include <memory>
#include <vector>

#include "archive/program_image.h"
#include "program/function_code.h"
#include "program/intrinsics.h"

namespace portfire {

// `intrinsics`: per op of the program, how the interpreter runs it itself, if it does.
std::unique_ptr<FunctionCode> emit_code(const LinkedProgram& program, const ProgramImage& image,
                                        const FunctionRecord& record,
                                        const std::vector<std::optional<Intrinsic>>& intrinsics);

}  // namespace portfire
