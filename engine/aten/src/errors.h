// From libtorch's exceptions to portfire::Error.
#pragma once

#include <cstddef>
#include <string>

#include "portfire/op.h"

namespace portfire::aten {

// Call inside a catch block: throws the current exception again, as an Error with the Python class eager code would
// raise.
[[noreturn]] void rethrow_as_error();
// What shows warnings with a category (portfire/aten.h), or nullptr.
void (*warning_handler() noexcept)(const std::string& message, const std::string& category);
[[noreturn]] void throw_wrong_arity(std::size_t expected, std::size_t found);

// Throws Error(kInvalidProgram) for a call with fewer operands or results than that.
inline void check_arity(const Call& call, std::size_t arguments, std::size_t results) {
  if (call.size() < arguments || call.result_count() < results) [[unlikely]]
    throw_wrong_arity(arguments, call.size());
}

}  // namespace portfire::aten
