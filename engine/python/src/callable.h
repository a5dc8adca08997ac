// The Python type `Function`: a function or bound method of a program, called with as little in between as possible.
#pragma once

#include <nanobind/nanobind.h>

#include "portfire/program.h"
#include "portfire/value.h"

namespace portfire::python {

// Adds the type to the module; call once.
void add_function_type(nanobind::module_& module);
// `self`: None for a plain function, else the object the method is bound to. `program` is the Python object `Program`.
nanobind::object make_callable(const Function& function, Value self, nanobind::object program);

}  // namespace portfire::python
