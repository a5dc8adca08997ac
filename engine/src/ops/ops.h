// The engine's own ops, family by family. Each family is one table of {schema text, function}; `engine_ops()` (op.h) is
// all of them in this order. Before: the linker binds a program's ops here first. After: nothing; an op calls no other
// op.
#pragma once

#include <span>

#include "portfire/op.h"

namespace portfire::ops {

std::span<const OpEntry> integer_ops();
std::span<const OpEntry> float_ops();
std::span<const OpEntry> complex_ops();
std::span<const OpEntry> scalar_ops();
std::span<const OpEntry> number_comparison_ops();
std::span<const OpEntry> value_comparison_ops();
std::span<const OpEntry> math_ops();
std::span<const OpEntry> conversion_ops();
std::span<const OpEntry> string_ops();
std::span<const OpEntry> string_search_ops();
std::span<const OpEntry> string_split_ops();
std::span<const OpEntry> string_case_ops();
std::span<const OpEntry> string_format_ops();
std::span<const OpEntry> list_ops();
std::span<const OpEntry> list_order_ops();
std::span<const OpEntry> dict_ops();
std::span<const OpEntry> tuple_ops();
std::span<const OpEntry> exception_ops();
std::span<const OpEntry> printing_ops();
std::span<const OpEntry> torchscript_arithmetic_ops();
std::span<const OpEntry> device_ops();
std::span<const OpEntry> tensor_metadata_ops();

// Schemas of ops that are TorchScript's own, not the dispatcher's, and that must read or make the data of a tensor: the
// engine cannot do them, so every kernel library binds them under these very schemas. See README.md.
PORTFIRE_EXPORT std::span<const char* const> library_op_schemas();

// Schemas of ops that are instructions of the program format (raise, print, wait): nobody binds them, but graphs name
// them.
PORTFIRE_EXPORT std::span<const char* const> instruction_schemas();

}  // namespace portfire::ops
