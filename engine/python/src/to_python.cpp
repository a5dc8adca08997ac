// Values as Python objects: lists, dicts and tuples are copied, tensors and objects are shared.

#include <nanobind/nanobind.h>

#include "callable.h"
#include "conversion.h"
#include "portfire/future.h"
#include "program_handle.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;

const TensorBridge* g_bridge = nullptr;

PyObject* checked(PyObject* object) {
  if (object == nullptr) throw PythonError();
  return object;
}

PyObject* string_to_python(const std::string& text) {
  return checked(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

// The class of a NamedTuple: the user's own where it is bound, else one made from the type's fields, once.
nb::object named_tuple_class(const Type& type, ProgramHandle& program) {
  if (PyObject* bound = program.find_type(type.name)) return nb::borrow(bound);
  nb::list fields;
  for (const std::string& field : type.fields) fields.append(field.c_str());
  const std::string short_name = type.name.substr(type.name.rfind('.') + 1);
  nb::object made = nb::module_::import_("collections").attr("namedtuple")(short_name.c_str(), fields);
  program.types()[type.name.c_str()] = made;
  return made;
}

PyObject* device_to_python(const Device& device) {
  if (g_bridge != nullptr) return checked(g_bridge->device_to_python(device));
  return string_to_python(device.index < 0 ? device.type : device.type + ":" + std::to_string(device.index));
}

PyObject* tensor_to_python(const Value& value) {
  return checked(g_bridge != nullptr ? g_bridge->tensor_to_python(value) : foreign_tensor_to_python(value));
}

PyObject* opaque_to_python(const Value& value) {
  if (g_bridge != nullptr) return checked(g_bridge->opaque_to_python(value));
  throw ConversionError("the value has no form in Python");
}

// `raw`: objects come out as the engine's own `Object`, and not as what stands for them in Python.
class Writer {
 public:
  Writer(ProgramHandle& program, bool raw) : program_(program), raw_(raw) {}

  // A new reference.
  PyObject* write(const Value& value) {
    switch (value.tag()) {
      case Tag::kNone:
        Py_RETURN_NONE;
      case Tag::kBool:
        return PyBool_FromLong(value.to_bool());
      case Tag::kInt:
        return checked(PyLong_FromLongLong(value.to_int()));
      case Tag::kDouble:
        return checked(PyFloat_FromDouble(value.to_double()));
      case Tag::kComplex: {
        const std::complex<double> c = value.to_complex();
        return checked(PyComplex_FromDoubles(c.real(), c.imag()));
      }
      case Tag::kString:
        return string_to_python(value.to_string());
      case Tag::kTensor:
        return tensor_to_python(value);
      case Tag::kList:
        return list(value.to_list());
      case Tag::kDict:
        return dict(value.to_dict());
      case Tag::kTuple:
        return tuple(value.to_tuple());
      case Tag::kObject:
        return object(Ref<Object>::share(&value.to_object()));
      case Tag::kDevice:
        return device_to_python(value.to_device());
      case Tag::kEnum:
        return member(value.to_enum());
      case Tag::kFuture:
        return future(value);
      case Tag::kFunction:
        return function(value);
      case Tag::kOpaque:
        return opaque_to_python(value);
    }
    throw ConversionError("the value has no form in Python");
  }

 private:
  PyObject* list(const ListBox& list) {
    nb::object out = nb::steal(checked(PyList_New(static_cast<Py_ssize_t>(list.items.size()))));
    Py_ssize_t i = 0;
    for (const Value& item : list.items) PyList_SET_ITEM(out.ptr(), i++, write(item));
    return out.release().ptr();
  }

  PyObject* tuple(const TupleBox& tuple) {
    nb::object out = nb::steal(checked(PyTuple_New(static_cast<Py_ssize_t>(tuple.items.size()))));
    Py_ssize_t i = 0;
    for (const Value& item : tuple.items) PyTuple_SET_ITEM(out.ptr(), i++, write(item));
    // Results of operators (`values, indices`) have fields but no name: eager's own class is no part of a program.
    if (!tuple.type || tuple.type->fields.empty() || tuple.type->name.empty()) return out.release().ptr();
    const nb::object cls = named_tuple_class(*tuple.type, program_);
    return checked(PyObject_CallObject(cls.ptr(), out.ptr()));
  }

  PyObject* dict(const DictBox& dict) {
    nb::object out = nb::steal(checked(PyDict_New()));
    for (const DictBox::Entry& entry : dict.entries()) {
      if (!entry.live) continue;
      const nb::object key = nb::steal(write(entry.key));
      const nb::object value = nb::steal(write(entry.value));
      if (PyDict_SetItem(out.ptr(), key.ptr(), value.ptr()) != 0) throw PythonError();
    }
    return out.release().ptr();
  }

  PyObject* member(const EnumBox& member) {
    PyObject* cls = member.type ? program_.find_type(member.type->name) : nullptr;
    if (cls == nullptr) return write(member.value);
    return checked(PyObject_GetItem(cls, nb::str(member.name.c_str()).ptr()));
  }

  PyObject* object(const Ref<Object>& object) {
    nb::object view = wrap_object(object);
    const ProgramHandle& owner = nb::inst_ptr<ObjectHandle>(view)->handle();
    PyObject* factory = raw_ ? nullptr : owner.find_type(object->class_name());
    if (factory == nullptr) return view.release().ptr();
    return checked(PyObject_CallOneArg(factory, view.ptr()));
  }

  PyObject* function(const Value& value) {
    const auto* box = static_cast<const FunctionBox*>(value.box());
    return make_callable(*box->function, {}, ProgramHandle::of(box->owner ? box->owner : program_.shared()))
        .release()
        .ptr();
  }

  PyObject* future(const Value& value) {
    auto future = Ref<Future>::share(static_cast<Future*>(value.box()));
    return nb::cast(FutureHandle{std::move(future), ProgramHandle::of(program_.shared())}).release().ptr();
  }

  ProgramHandle& program_;
  const bool raw_;
};

}  // namespace

const TensorBridge* tensor_bridge() noexcept { return g_bridge; }
void set_tensor_bridge(const TensorBridge* bridge) noexcept { g_bridge = bridge; }

PyObject* to_python(const Value& value, ProgramHandle& program, bool raw) { return Writer(program, raw).write(value); }

}  // namespace portfire::python
