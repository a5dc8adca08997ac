#include "errors.h"

#include <nanobind/nanobind.h>

#include <algorithm>

#include "conversion.h"
#include "program_handle.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;

// The class of `portfire.errors` for a failure that eager code has no exception for; empty otherwise.
const char* portfire_class(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal:
      return "InternalError";
    case ErrorCode::kIo:
    case ErrorCode::kBadArchive:
      return "ArchiveError";
    case ErrorCode::kUnsupportedVersion:
      return "UnsupportedVersionError";
    case ErrorCode::kNoProgram:
    case ErrorCode::kInvalidProgram:
    case ErrorCode::kMissingOps:
      return "ProgramError";
    case ErrorCode::kBadArgument:
      return "ArgumentError";
    case ErrorCode::kGuard:
      return "GuardError";
    case ErrorCode::kLimit:
      return "LimitError";
    default:
      return "";
  }
}

nb::object exception_or_none(nb::handle candidate) {
  const bool usable = PyType_Check(candidate.ptr()) && PyObject_IsSubclass(candidate.ptr(), PyExc_Exception) == 1;
  return usable ? nb::borrow(candidate) : nb::none();
}

// "package.module.Class", if its module is imported already: what a program says never imports anything.
nb::object known_class(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return nb::none();
  const nb::object modules = nb::module_::import_("sys").attr("modules");
  const nb::object module = modules.attr("get")(name.substr(0, dot).c_str());
  const nb::object found = nb::getattr(module, name.substr(dot + 1).c_str(), nb::none());
  return exception_or_none(found.ptr());
}

nb::object builtin_class(const std::string& name) {
  const nb::dict builtins = nb::borrow<nb::dict>(PyEval_GetBuiltins());
  return builtins.contains(name.c_str()) ? exception_or_none(builtins[name.c_str()]) : nb::none();
}

nb::object user_class(const std::string& name, const ProgramHandle* program) {
  if (program != nullptr) {
    if (PyObject* bound = program->find_type(name)) return exception_or_none(bound);
  }
  static const std::string prefix = "__torch__.";
  return known_class(name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name);
}

nb::object class_of(const Error& error, const ProgramHandle* program) {
  const char* own = portfire_class(error.code());
  if (*own != '\0') return nb::module_::import_("portfire.errors").attr(own);
  nb::object found = builtin_class(error.exception_class());
  if (found.is_none()) found = user_class(error.exception_class(), program);
  return found.is_none() ? nb::borrow(PyExc_RuntimeError) : found;
}

// The traceback in the user's source, as Python prints one.
std::string traceback_text(const Error& error) {
  std::string text = "Traceback of the compiled code (most recent call last):";
  for (const SourceFrame& frame : error.traceback()) {
    if (frame.line == 0) continue;  // made by a pass, or without a source
    text += "\n  File \"" + frame.file + "\", line " + std::to_string(frame.line);
    if (!frame.function.empty()) text += ", in " + frame.function;
    if (!frame.text.empty()) text += "\n    " + frame.text;
  }
  return text;
}

nb::list traceback_list(const Error& error) {
  nb::list frames;
  for (const SourceFrame& f : error.traceback()) {
    frames.append(nb::make_tuple(f.file.c_str(), f.line, f.column, f.function.c_str(), f.text.c_str()));
  }
  return frames;
}

// The engine's own KeyErrors carry the key's repr; Python's carry the key.
nb::object key_error(const std::string& message) {
  const nb::object cls = nb::borrow(PyExc_KeyError);
  try {
    return cls(nb::module_::import_("ast").attr("literal_eval")(message.c_str()));
  } catch (nb::python_error&) {  // a key without a literal
    return cls(message.c_str());
  }
}

nb::object instantiate(const nb::object& cls, const std::string& message, ErrorCode code) {
  if (cls.is(nb::handle(PyExc_KeyError)) && code == ErrorCode::kRuntime) return key_error(message);
  try {
    return cls(message.c_str());
  } catch (nb::python_error&) {  // a user's class with another constructor
    const nb::object plain = nb::borrow(PyExc_RuntimeError);
    return plain((std::string(nb::str(cls.attr("__name__")).c_str()) + ": " + message).c_str());
  }
}

void set_error(const Error& error, const ProgramHandle* program) {
  const nb::object exception = instantiate(class_of(error, program), error.message(), error.code());
  const auto& frames = error.traceback();
  const bool placed = std::any_of(frames.begin(), frames.end(), [](const SourceFrame& f) { return f.line != 0; });
  if (placed) exception.attr("add_note")(traceback_text(error).c_str());
  exception.attr("code") = static_cast<int>(error.code());
  exception.attr("message") = error.message().c_str();
  exception.attr("source_frames") = traceback_list(error);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
}

}  // namespace

void set_python_error(const Error& error, const ProgramHandle* program) {
  try {
    set_error(error, program);
  } catch (nb::python_error& e) {
    e.restore();
  }
}

void set_argument_error(const std::string& message) {
  set_python_error(Error(ErrorCode::kBadArgument, "TypeError", message), nullptr);
}

void set_current_exception(const ProgramHandle* program) noexcept {
  try {
    throw;
  } catch (const Error& e) {
    set_python_error(e, program);
  } catch (const PythonError&) {
    // The Python error is set already.
  } catch (nb::python_error& e) {
    e.restore();
  } catch (const ConversionError& e) {
    set_argument_error(e.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
}

}  // namespace portfire::python
