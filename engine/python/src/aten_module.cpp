// The extension module `portfire._aten`: torch's Python objects as values of the engine. The only file that includes
// torch's Python headers.

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <torch/csrc/Device.h>
#include <torch/csrc/Dtype.h>
#include <torch/csrc/DynamicTypes.h>
#include <torch/csrc/Generator.h>
#include <torch/csrc/Layout.h>
#include <torch/csrc/MemoryFormat.h>
#include <torch/csrc/autograd/python_variable.h>

#include "portfire/aten.h"
#include "tensor_bridge.h"

namespace nb = nanobind;

namespace portfire::python {
namespace {

bool tensor_from_python(PyObject* object, Value& out) {
  if (!THPVariable_CheckExact(object)) {
    if (!THPVariable_Check(object)) return false;
  }
  out = aten::to_value(THPVariable_Unpack(object));
  return true;
}

bool other_from_python(PyObject* object, Value& out) {
  if (THPDtype_Check(object)) {
    out = static_cast<std::int64_t>(reinterpret_cast<THPDtype*>(object)->scalar_type);
  } else if (THPLayout_Check(object)) {
    out = static_cast<std::int64_t>(reinterpret_cast<THPLayout*>(object)->layout);
  } else if (THPMemoryFormat_Check(object)) {
    out = static_cast<std::int64_t>(reinterpret_cast<THPMemoryFormat*>(object)->memory_format);
  } else if (THPDevice_Check(object)) {
    out = aten::to_value(reinterpret_cast<THPDevice*>(object)->device);
  } else if (THPGenerator_Check(object)) {
    out = aten::to_value(reinterpret_cast<THPGenerator*>(object)->cdata);
  } else {
    return false;
  }
  return true;
}

PyObject* tensor_to_python(const Value& value) { return THPVariable_Wrap(aten::to_tensor(value)); }

PyObject* device_to_python(const Device& device) { return THPDevice_New(aten::to_device(device)); }

PyObject* opaque_to_python(const Value& value) {
  if (const auto generator = aten::to_generator(value)) return THPGenerator_Wrap(*generator);
  PyErr_SetString(PyExc_TypeError, "a value of this type has no form in Python");
  return nullptr;
}

Value run_collecting_warnings(torch::PyWarningHandler& warnings, const Function& function, std::vector<Value> arguments,
                              const CallOptions& options) {
  const nb::gil_scoped_release released;
  try {
    return function.call(std::move(arguments), options);
  } catch (...) {
    warnings.set_in_exception();
    throw;
  }
}

Value run(const Function& function, std::vector<Value> arguments, const CallOptions& options) {
  try {
    Value
        result;  // not yet the one that is returned: g++ destroys that twice when a destructor throws after it was made
    {
      torch::PyWarningHandler warnings;  // hands them to Python when it goes, and throws if Python raises
      result = run_collecting_warnings(warnings, function, std::move(arguments), options);
    }
    return result;
  } catch (python_error& e) {
    e.restore();
    throw PythonError();
  }
}

// The Python error that is set, as an Error of its own class.
[[noreturn]] void throw_set_error() {
  const nb::python_error fetched;
  const nb::object cls = nb::borrow(fetched.type());
  const std::string module = nb::cast<std::string>(cls.attr("__module__"));
  const std::string name = nb::cast<std::string>(cls.attr("__qualname__"));
  const std::string text = nb::str(nb::handle(fetched.value())).c_str();
  throw Error(ErrorCode::kRuntime, module == "builtins" ? name : module + "." + name, text);
}

// A kernel written in Python raised: its exception goes on under its own class.
void translate_python_error() {
  try {
    throw;
  } catch (python_error& e) {
    const nb::gil_scoped_acquire gil;
    e.restore();
    throw_set_error();
  } catch (py::error_already_set& e) {
    const nb::gil_scoped_acquire gil;
    e.restore();
    throw_set_error();
  } catch (...) {
    // Not Python's: the caller knows it.
  }
}

// The class of that qualified name, if its module is imported: what a program says imports nothing.
nb::object warning_class(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const nb::object modules = nb::module_::import_("sys").attr("modules");
  const nb::object module = modules.attr("get")(name.substr(0, dot == std::string::npos ? 0 : dot).c_str());
  const nb::object found = nb::getattr(module, name.substr(dot + 1).c_str(), nb::none());
  const bool usable = PyType_Check(found.ptr()) && PyObject_IsSubclass(found.ptr(), PyExc_Warning) == 1;
  return usable ? found : nb::borrow(PyExc_UserWarning);
}

void show_warning(const std::string& message, const std::string& category) {
  const nb::gil_scoped_acquire gil;
  if (PyErr_WarnEx(warning_class(category).ptr(), message.c_str(), 1) != 0) throw_set_error();
}

}  // namespace
}  // namespace portfire::python

NB_MODULE(_aten, m) {
  using namespace portfire;
  m.doc() = "ATen's kernels for the portfire engine.";
  static const python::TensorBridge bridge{
      aten::kernels(),          aten::executor(),         python::tensor_from_python, python::other_from_python,
      python::tensor_to_python, python::device_to_python, python::opaque_to_python,   python::run,
  };
  aten::set_exception_translator(python::translate_python_error);
  aten::set_warning_handler(python::show_warning);
  nb::module_::import_("portfire._engine").attr("set_tensor_bridge")(nb::capsule(&bridge, python::kBridgeCapsule));
  m.def("dispatcher_schemas", aten::dispatcher_schemas, "The text of every operator schema the dispatcher knows now.");
}
