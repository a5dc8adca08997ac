// Which exception class derives from which: Python's built-in ones, and the program's own.
#pragma once

#include <string>
#include <string_view>

#include "program/linked_program.h"

namespace portfire {

// Whether an exception of class `name` is caught by a handler for `wanted`.
bool exception_is(const LinkedProgram& program, std::string_view name, std::string_view wanted);

}  // namespace portfire
