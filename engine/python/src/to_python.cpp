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

PyObject* list_to_python(const ListBox& list, ProgramHandle& program) {
  nb::object out = nb::steal(checked(PyList_New(static_cast<Py_ssize_t>(list.items.size()))));
  Py_ssize_t i = 0;
  for (const Value& item : list.items) PyList_SET_ITEM(out.ptr(), i++, to_python(item, program));
  return out.release().ptr();
}

nb::object items_to_python(const std::vector<Value>& items, ProgramHandle& program) {
  nb::object out = nb::steal(checked(PyTuple_New(static_cast<Py_ssize_t>(items.size()))));
  Py_ssize_t i = 0;
  for (const Value& item : items) PyTuple_SET_ITEM(out.ptr(), i++, to_python(item, program));
  return out;
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

PyObject* tuple_to_python(const TupleBox& tuple, ProgramHandle& program) {
  nb::object items = items_to_python(tuple.items, program);
  if (!tuple.type || tuple.type->fields.empty()) return items.release().ptr();
  const nb::object cls = named_tuple_class(*tuple.type, program);
  return checked(PyObject_CallObject(cls.ptr(), items.ptr()));
}

PyObject* dict_to_python(const DictBox& dict, ProgramHandle& program) {
  nb::object out = nb::steal(checked(PyDict_New()));
  for (const DictBox::Entry& entry : dict.entries()) {
    if (!entry.live) continue;
    const nb::object key = nb::steal(to_python(entry.key, program));
    const nb::object value = nb::steal(to_python(entry.value, program));
    if (PyDict_SetItem(out.ptr(), key.ptr(), value.ptr()) != 0) throw PythonError();
  }
  return out.release().ptr();
}

PyObject* enum_to_python(const EnumBox& member, ProgramHandle& program) {
  PyObject* cls = member.type ? program.find_type(member.type->name) : nullptr;
  if (cls == nullptr) return to_python(member.value, program);
  return checked(PyObject_GetItem(cls, nb::str(member.name.c_str()).ptr()));
}

PyObject* device_to_python(const Device& device) {
  if (g_bridge != nullptr) return checked(g_bridge->device_to_python(device));
  return string_to_python(device.index < 0 ? device.type : device.type + ":" + std::to_string(device.index));
}

PyObject* object_to_python(const Ref<Object>& object) {
  nb::object view = wrap_object(object);
  const ProgramHandle& owner = nb::inst_ptr<ObjectHandle>(view)->handle();
  PyObject* factory = owner.find_type(object->class_name());
  if (factory == nullptr) return view.release().ptr();
  return checked(PyObject_CallOneArg(factory, view.ptr()));
}

PyObject* function_to_python(const Value& value, ProgramHandle& program) {
  const auto* box = static_cast<const FunctionBox*>(value.box());
  return make_callable(*box->function, {}, ProgramHandle::of(box->owner ? box->owner : program.shared()))
      .release()
      .ptr();
}

PyObject* future_to_python(const Value& value, ProgramHandle& program) {
  auto future = Ref<Future>::share(static_cast<Future*>(value.box()));
  return nb::cast(FutureHandle{std::move(future), ProgramHandle::of(program.shared())}).release().ptr();
}

PyObject* tensor_to_python(const Value& value) {
  return checked(g_bridge != nullptr ? g_bridge->tensor_to_python(value) : foreign_tensor_to_python(value));
}

PyObject* opaque_to_python(const Value& value) {
  if (g_bridge != nullptr) return checked(g_bridge->opaque_to_python(value));
  throw ConversionError("the value has no form in Python");
}

}  // namespace

const TensorBridge* tensor_bridge() noexcept { return g_bridge; }
void set_tensor_bridge(const TensorBridge* bridge) noexcept { g_bridge = bridge; }

PyObject* to_python(const Value& value, ProgramHandle& program) {
  switch (value.tag()) {
    case Tag::kNone: Py_RETURN_NONE;
    case Tag::kBool: return PyBool_FromLong(value.to_bool());
    case Tag::kInt: return checked(PyLong_FromLongLong(value.to_int()));
    case Tag::kDouble: return checked(PyFloat_FromDouble(value.to_double()));
    case Tag::kComplex: {
      const std::complex<double> c = value.to_complex();
      return checked(PyComplex_FromDoubles(c.real(), c.imag()));
    }
    case Tag::kString: return string_to_python(value.to_string());
    case Tag::kTensor: return tensor_to_python(value);
    case Tag::kList: return list_to_python(value.to_list(), program);
    case Tag::kDict: return dict_to_python(value.to_dict(), program);
    case Tag::kTuple: return tuple_to_python(value.to_tuple(), program);
    case Tag::kObject: return object_to_python(Ref<Object>::share(&value.to_object()));
    case Tag::kDevice: return device_to_python(value.to_device());
    case Tag::kEnum: return enum_to_python(value.to_enum(), program);
    case Tag::kFuture: return future_to_python(value, program);
    case Tag::kFunction: return function_to_python(value, program);
    case Tag::kOpaque: return opaque_to_python(value);
  }
  throw ConversionError("the value has no form in Python");
}

}  // namespace portfire::python
