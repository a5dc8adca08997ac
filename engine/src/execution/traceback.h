// From an instruction to the user's source lines.
#pragma once

#include <cstdint>

#include "portfire/error.h"
#include "program/function_code.h"

namespace portfire {

// Appends the frames of one call, innermost first: the place of the word at `offset`, then those it was inlined
// through.
void append_frames(std::vector<SourceFrame>& frames, const FunctionCode& code, std::uint32_t offset);

}  // namespace portfire
