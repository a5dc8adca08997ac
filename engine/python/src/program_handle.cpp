#include "program_handle.h"

#include <nanobind/stl/string.h>

#include <unordered_map>

#include "conversion.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;

// The handle of each program that has one: entered and taken out by the handle itself. Guarded by the GIL.
std::unordered_map<const Program*, ProgramHandle*>& handles() {
  static std::unordered_map<const Program*, ProgramHandle*> map;
  return map;
}

// The program's print goes where Python's print does.
void print_to_python(std::string_view text) {
  const nb::gil_scoped_acquire gil;
  const nb::object out = nb::module_::import_("sys").attr("stdout");
  out.attr("write")(nb::str(text.data(), text.size()));
}

}  // namespace

ProgramHandle::ProgramHandle(std::shared_ptr<const Program> program, bool uses_torch)
    : program_(std::move(program)), uses_torch_(uses_torch && tensor_bridge() != nullptr) {
  options_.print = print_to_python;
  if (uses_torch_) options_.executor = tensor_bridge()->executor;
  handles()[program_.get()] = this;
}

ProgramHandle::~ProgramHandle() { handles().erase(program_.get()); }

PyObject* ProgramHandle::find_type(const std::string& name) const {
  const nb::object key = nb::str(name.data(), name.size());
  return PyDict_GetItem(types_.ptr(), key.ptr());
}

std::string ProgramHandle::name_of_type(PyObject* python_class) const {
  PyObject *key, *value;
  for (Py_ssize_t position = 0; PyDict_Next(types_.ptr(), &position, &key, &value);) {
    if (value == python_class) return nb::cast<std::string>(nb::handle(key));
    PyObject* made = PyObject_GetAttrString(value, "python_class");  // a factory knows the class it stands for
    if (made == nullptr) PyErr_Clear();
    const bool same = made == python_class;
    Py_XDECREF(made);
    if (same) return nb::cast<std::string>(nb::handle(key));
  }
  return {};
}

nb::object ProgramHandle::of(const std::shared_ptr<const Program>& program) {
  const auto found = handles().find(program.get());
  if (found != handles().end()) return nb::find(found->second);
  bool uses_torch = false;
  for (const auto& library : program->libraries()) uses_torch = uses_torch || library->name() == "aten";
  return nb::cast(new ProgramHandle(program, uses_torch), nb::rv_policy::take_ownership);
}

nb::object wrap_object(const Ref<Object>& object) {
  return nb::cast(ObjectHandle(object, ProgramHandle::of(object->program())));
}

}  // namespace portfire::python
