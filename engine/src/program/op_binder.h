// Binds a program's ops: the engine's own first, then the libraries in order.
#pragma once

#include "program/linked_program.h"

namespace portfire {

// Fills `ops` and `op_names`. Throws Error(kMissingOps) that lists all ops nobody has.
void bind_ops(LinkedProgram& program, const std::vector<OpRecord>& records);

}  // namespace portfire
