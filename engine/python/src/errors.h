// portfire::Error as Python exceptions.
#pragma once

#include <string>

#include "portfire/error.h"

namespace portfire::python {

class ProgramHandle;

// Sets the Python exception for `error`: what eager code would have raised for the user's own exceptions and the
// failures of operators, a class of `portfire.errors` for the rest. The traceback in the user's source is added as a
// note. `program`, if not null, knows the user's exception classes.
void set_python_error(const Error& error, const ProgramHandle* program);
// portfire.errors.ArgumentError.
void set_argument_error(const std::string& message);
// Call inside a catch block: sets the Python exception for whatever is being thrown.
void set_current_exception(const ProgramHandle* program) noexcept;

}  // namespace portfire::python
