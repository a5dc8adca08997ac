// See raise.h. Out of line, so that the fast path of an op stays small.
#include "ops/raise.h"

#include "core/raised_error.h"
#include "ops/bind.h"
#include "portfire/error.h"

namespace portfire::ops {

void raise(const char* exception_class, const std::string& message) {
  throw Error(ErrorCode::kRuntime, exception_class, message);
}
void raise_value_error(const std::string& message) { raise("ValueError", message); }
void raise_type_error(const std::string& message) { raise("TypeError", message); }
void raise_index_error(const std::string& message) { raise("IndexError", message); }
void raise_key_error(const Value& key) {
  throw RaisedError(Value::tuple({Value("KeyError"), Value(value_repr(key)), Value::tuple({key}), Value()}),
                    ErrorCode::kRuntime);
}
void raise_zero_division(const std::string& message) { raise("ZeroDivisionError", message); }
void raise_int_overflow() { raise("OverflowError", "integer overflow: the result does not fit in 64 bits"); }

void throw_wrong_operand_count(std::size_t expected, std::size_t found) {
  throw Error(ErrorCode::kInvalidProgram, "an operator has " + std::to_string(found) +
                                              " operands where its schema has " + std::to_string(expected));
}

}  // namespace portfire::ops
