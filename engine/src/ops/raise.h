// Python's exceptions, thrown as `Error` with the class eager code would have raised.
#pragma once

#include <string>

#include "portfire/value.h"

namespace portfire::ops {

[[noreturn]] void raise(const char* exception_class, const std::string& message);
[[noreturn]] void raise_value_error(const std::string& message);
[[noreturn]] void raise_type_error(const std::string& message);
[[noreturn]] void raise_index_error(const std::string& message);
// Its text is the repr of the key, its argument the key itself.
[[noreturn]] void raise_key_error(const Value& key);
[[noreturn]] void raise_zero_division(const std::string& message);
// An int result beyond 64 bits: Python's ints grow, the engine's do not, and it never wraps silently.
[[noreturn]] void raise_int_overflow();

}  // namespace portfire::ops
