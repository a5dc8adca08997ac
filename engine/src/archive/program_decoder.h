// Bytes of program.bin -> ProgramImage. Checks the encoding only; program_validator.h checks what the numbers mean.
#pragma once

#include <cstddef>
#include <span>

#include "archive/program_image.h"

namespace portfire {

// Throws Error kInvalidProgram or kUnsupportedVersion. The image owns all it holds.
ProgramImage decode_program(std::span<const std::byte> bytes);

}  // namespace portfire
