// A program as Python holds it: the engine's program, and the Python classes that its named types stand for.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string>

#include "portfire/future.h"
#include "portfire/program.h"

namespace portfire::python {

// The C++ side of the Python class `Program`. Objects and functions in Python hold the Python object that this lies in.
class ProgramHandle {
 public:
  ProgramHandle(std::shared_ptr<const Program> program, bool uses_torch);
  ~ProgramHandle();
  ProgramHandle(const ProgramHandle&) = delete;
  ProgramHandle& operator=(const ProgramHandle&) = delete;

  const Program& program() const noexcept { return *program_; }
  const std::shared_ptr<const Program>& shared() const noexcept { return program_; }
  CallOptions& options() noexcept { return options_; }
  bool uses_torch() const noexcept { return uses_torch_; }

  // Qualified name -> a NamedTuple or Enum class, an exception class, or what makes a Python object of an engine
  // object.
  nanobind::dict& types() noexcept { return types_; }
  // Borrowed; nullptr if the name is not bound.
  PyObject* find_type(const std::string& name) const;
  // The qualified name a Python class is bound under, or empty.
  std::string name_of_type(PyObject* python_class) const;

  // The Python object of a program; makes one if the old is gone.
  static nanobind::object of(const std::shared_ptr<const Program>& program);

 private:
  std::shared_ptr<const Program> program_;
  nanobind::dict types_;
  CallOptions options_;
  const bool uses_torch_;
};

// Python's `Object`: an engine object, and the Python object of its program.
class ObjectHandle {
 public:
  ObjectHandle(Ref<Object> object, nanobind::object program) : object(std::move(object)), program(std::move(program)) {}
  ProgramHandle& handle() const { return *nanobind::inst_ptr<ProgramHandle>(program); }

  Ref<Object> object;
  nanobind::object program;
};

// Python's `Future`: the result of a forked call.
struct FutureHandle {
  Ref<Future> future;
  nanobind::object program;
};

nanobind::object wrap_object(const Ref<Object>& object);

}  // namespace portfire::python
