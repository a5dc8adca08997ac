#include "errors.h"

#include <nanobind/nanobind.h>

#include <algorithm>

#include "conversion.h"
#include "core/raised_error.h"
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

// A class that the program knows by that name: itself, or what makes its objects and knows it.
nb::object bound_class(const std::string& name, const ProgramHandle& program) {
  PyObject* bound = program.find_type(name);
  if (bound == nullptr) return nb::none();
  return exception_or_none(nb::getattr(nb::handle(bound), "python_class", nb::handle(bound)));
}

nb::object user_class(const std::string& name, const ProgramHandle* program) {
  static const std::string prefix = "__torch__.";
  const std::string plain = name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
  if (program != nullptr) {
    for (const std::string& known : {plain, prefix + plain}) {
      nb::object found = bound_class(known, *program);
      if (!found.is_none()) return found;
    }
  }
  return known_class(plain);
}

nb::object python_class(const std::string& name, const ProgramHandle* program) {
  nb::object found = builtin_class(name);
  if (found.is_none()) found = user_class(name, program);
  return found.is_none() ? nb::borrow(PyExc_RuntimeError) : found;
}

nb::object class_of(const Error& error, const ProgramHandle* program) {
  const char* own = portfire_class(error.code());
  if (*own != '\0') return nb::module_::import_("portfire.errors").attr(own);
  return python_class(error.exception_class(), program);
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

nb::object plain_exception(const nb::object& cls, const std::string& message) {
  const nb::object plain = nb::borrow(PyExc_RuntimeError);
  return plain((std::string(nb::str(cls.attr("__name__")).c_str()) + ": " + message).c_str());
}

nb::object instantiate(const nb::object& cls, const std::string& message) {
  try {
    return cls(message.c_str());
  } catch (nb::python_error&) {  // a user's class with another constructor
    return plain_exception(cls, message);
  }
}

nb::object exception_object(const Value& exception, ProgramHandle& program);

// From the origin that a raised exception carries (core/raised_error.h).
void set_origin(const nb::object& exception, const Value& origin, ProgramHandle& program) {
  if (origin.is_none()) return;
  const auto& parts = origin.to_tuple().items;
  if (parts.size() != 3) return;
  if (!parts[0].is_none()) exception.attr("__cause__") = exception_object(parts[0], program);
  if (!parts[1].is_none()) exception.attr("__context__") = exception_object(parts[1], program);
  exception.attr("__suppress_context__") = parts[2].to_bool();
}

// A program has bytes as the text of the characters below 256 (portfire/ir/forms.py).
nb::object with_bytes(const std::string& exception_class, nb::object arguments) {
  if (exception_class != "UnicodeDecodeError" || nb::len(arguments) != 5) return arguments;
  nb::list parts(arguments);
  if (nb::isinstance<nb::str>(parts[1])) parts[1] = nb::object(parts[1]).attr("encode")("latin-1");
  return nb::tuple(parts);
}

// The Python exception for one that a program raised with arguments, or as an object of its own.
nb::object exception_object(const Value& exception, ProgramHandle& program) {
  const auto& parts = exception.to_tuple().items;
  if (parts.size() != 4) return plain_exception(nb::borrow(PyExc_RuntimeError), "");
  const std::string name = exception_class_name(parts[0].to_string());
  const std::string& message = parts[1].to_string();
  const Value& value = parts[2];
  nb::object made = nb::none();
  try {
    if (value.is_object()) {
      made = nb::steal(to_python(value, program));
    } else if (value.is_tuple()) {
      const nb::object arguments = with_bytes(name, nb::steal(to_python(value, program)));
      made = nb::steal(PyObject_CallObject(python_class(name, &program).ptr(), arguments.ptr()));
      if (!made.is_valid()) throw nb::python_error();
    }
  } catch (nb::python_error&) {  // a class with another constructor than the program knew
    made = nb::none();
  }
  if (made.is_none()) made = instantiate(python_class(name, &program), message);
  if (!PyExceptionInstance_Check(made.ptr())) made = plain_exception(python_class(name, &program), message);
  set_origin(made, parts[3], program);
  return made;
}

nb::object python_exception(const Error& error, const ProgramHandle* program) {
  const auto* raised = dynamic_cast<const RaisedError*>(&error);
  if (raised != nullptr && program != nullptr) {
    // What converts values also keeps the classes that it makes.
    return exception_object(raised->exception(), const_cast<ProgramHandle&>(*program));
  }
  return instantiate(class_of(error, program), error.message());
}

void set_error(const Error& error, const ProgramHandle* program) {
  const nb::object exception = python_exception(error, program);
  const auto& frames = error.traceback();
  const bool placed = std::any_of(frames.begin(), frames.end(), [](const SourceFrame& f) { return f.line != 0; });
  if (placed) exception.attr("add_note")(traceback_text(error).c_str());
  if (*portfire_class(error.code()) != '\0') {  // a user's class may have attributes of these names
    exception.attr("code") = static_cast<int>(error.code());
    exception.attr("message") = error.message().c_str();
  }
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
