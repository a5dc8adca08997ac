// An exception that the program itself raised, with all it holds beside its class and its message.
//
// Comes before: `portfire/error.h`. Comes after: the interpreter, which raises and catches it, and the binding, which
// makes a Python exception of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "portfire/error.h"
#include "portfire/value.h"

namespace portfire {

// `exception()` is what a handler is given, a tuple of four:
//   the qualified name of the class, and what str() of the exception gives;
//   its value: a tuple of arguments, or an object of the class where that was compiled; None: the message is the
//   argument; its origin: None, or a tuple (cause, context, whether the context is hidden), each None or an exception.
class PORTFIRE_EXPORT RaisedError final : public Error {
 public:
  explicit RaisedError(Value exception, ErrorCode code = ErrorCode::kUserException);
  ~RaisedError() override;

  const Value& exception() const noexcept { return exception_; }

 private:
  Value exception_;
};

// A class as its errors name it, without what stands for Python's own module, or the program's.
inline std::string exception_class_name(const std::string& qualified_name) {
  for (const std::string_view module : {"builtins.", "__torch__."}) {
    if (qualified_name.starts_with(module)) return qualified_name.substr(module.size());
  }
  return qualified_name;
}
// The exception that a handler is given for any error.
Value exception_of(const Error& error);
// A copy with everything: copying an Error alone would cut a RaisedError short.
std::unique_ptr<Error> copy_of(const Error& error);
[[noreturn]] void throw_copy_of(const Error& error);

}  // namespace portfire
