// Errors of the engine: a code for programs, a message for people, the user's own source lines as a traceback.
//
// Every failure in the public API is thrown as `portfire::Error`. The engine never prints, aborts or exits.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "portfire/export.h"

namespace portfire {

// What went wrong, for programs. The numbers are stable: they cross the C API.
enum class ErrorCode : std::uint8_t {
  kInternal = 1,            // a bug of portfire: please report
  kIo = 2,                  // a file could not be opened, read or mapped
  kBadArchive = 3,          // not a model archive, or a damaged one
  kUnsupportedVersion = 4,  // written by a newer portfire
  kNoProgram = 5,           // a TorchScript archive without an engine program: convert it first
  kInvalidProgram = 6,      // the program section breaks a rule of the format
  kMissingOps = 7,          // no linked kernel library has these operators (the message lists them all)
  kBadArgument = 8,         // wrong number, name or type of arguments in a call from the host
  kType = 9,                // a value of another type than the instruction needs
  kRuntime = 10,            // an operator failed (shapes, devices, ...)
  kUserException = 11,      // the model's own `raise` or `assert`; `exception_class` names the Python class
  kGuard = 12,              // an input breaks what the trace recorded
  kLimit = 13,              // a limit of the call (steps, depth, memory) was reached
  kNotFound = 14,           // no such method, attribute or function
};

// One line of the traceback: outermost call first.
struct SourceFrame {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string function;
  std::string text;  // the source line, without indentation; empty when the program was saved without sources
};

class PORTFIRE_EXPORT Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message);
  // `exception_class`: the Python exception type eager code would have raised, e.g. "ValueError".
  Error(ErrorCode code, std::string exception_class, const std::string& message);
  ~Error() override;

  ErrorCode code() const noexcept { return code_; }
  // "ValueError", "IndexError", "RuntimeError", or the qualified name of a user's class.
  const std::string& exception_class() const noexcept { return exception_class_; }
  // The message alone; what() adds the traceback.
  const std::string& message() const noexcept { return message_; }
  const std::vector<SourceFrame>& traceback() const noexcept { return traceback_; }
  const char* what() const noexcept override { return what_.c_str(); }

  // Called by the interpreter while the error travels outwards: adds frames at the outer end, outermost first.
  void add_frames(std::vector<SourceFrame> outer);

 private:
  void render();

  ErrorCode code_;
  std::string exception_class_;
  std::string message_;
  std::vector<SourceFrame> traceback_;
  std::string what_;
};

}  // namespace portfire
