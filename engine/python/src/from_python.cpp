// Python objects as values. The declared type directs the conversion: an int is a float where a float is declared, a
// tuple is a list where a list is. Nothing converts that eager code could not use in that place.

#include <nanobind/nanobind.h>

#include <algorithm>
#include <string>

#include "conversion.h"
#include "program_handle.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;

[[noreturn]] void throw_mismatch(PyObject* object, const Type& type) {
  std::string found = Py_TYPE(object)->tp_name;
  std::string hint;
  if (found.rfind("numpy.", 0) == 0 && !PyObject_CheckBuffer(object)) hint = " (convert it with int() or float())";
  if (found == "numpy.int64" || found == "numpy.int32" || found == "numpy.float32" || found == "numpy.bool") {
    hint = " (a numpy scalar; convert it with int(), float() or bool())";
  }
  throw ConversionError("expected a value of type '" + type.str() + "', found '" + found + "'" + hint);
}

[[noreturn]] void throw_at(const std::string& place, const ConversionError& inner) {
  throw ConversionError(place + ": " + inner.what());
}

bool other_from_python(PyObject* object, Value& out) {
  const TensorBridge* bridge = tensor_bridge();
  return bridge != nullptr && bridge->other_from_python(object, out);
}

Value tensor_from_python(PyObject* object, const Type& type) {
  Value out;
  const TensorBridge* bridge = tensor_bridge();
  if (bridge != nullptr && bridge->tensor_from_python(object, out)) return out;
  if (!PyFloat_Check(object) && !PyLong_Check(object) && foreign_tensor_from_python(object, out)) return out;
  throw_mismatch(object, type);
}

Value int_from_python(PyObject* object, const Type& type) {
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow != 0) throw ConversionError("the int does not fit in 64 bits");
    return static_cast<std::int64_t>(number);
  }
  Value out;
  if (other_from_python(object, out) && out.is_int()) return out;  // torch.float32 and the like are ints in a program
  throw_mismatch(object, type);
}

Value float_from_python(PyObject* object, const Type& type) {
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object);
  if (!PyLong_Check(object)) throw_mismatch(object, type);
  const double number = PyLong_AsDouble(object);
  if (number == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    throw ConversionError("the int is too large for a float");
  }
  return number;
}

Value complex_from_python(PyObject* object, const Type& type) {
  if (!PyComplex_Check(object)) return std::complex<double>(float_from_python(object, type).to_double(), 0.0);
  const Py_complex c = PyComplex_AsCComplex(object);
  return std::complex<double>(c.real, c.imag);
}

Value number_from_python(PyObject* object, const Type& type) {
  if (PyBool_Check(object)) return object == Py_True;
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object);
  if (PyComplex_Check(object)) return complex_from_python(object, type);
  return int_from_python(object, type);
}

Value string_from_python(PyObject* object, const Type& type) {
  if (!PyUnicode_Check(object)) throw_mismatch(object, type);
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) {
    PyErr_Clear();
    throw ConversionError("the str holds characters that are not valid in UTF-8");
  }
  return std::string_view(text, static_cast<std::size_t>(size));
}

Device parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), -1};
  return {std::string(text.substr(0, colon)),
          static_cast<std::int16_t>(std::stoi(std::string(text.substr(colon + 1))))};
}

Value device_from_python(PyObject* object, const Type& type) {
  Value out;
  if (other_from_python(object, out) && out.tag() == Tag::kDevice) return out;
  if (PyUnicode_Check(object)) return parse_device(string_from_python(object, type).to_string());
  throw_mismatch(object, type);
}

bool is_deque(PyObject* object) {
  static PyObject* const deque = nb::object(nb::module_::import_("collections").attr("deque")).release().ptr();
  return PyObject_IsInstance(object, deque) == 1;
}

// The items of a list, tuple or deque: borrowed, or kept alive by a list of them.
struct Items {
  Items(PyObject* sequence, const Type& type) {
    if (!PyList_Check(sequence) && !PyTuple_Check(sequence)) {
      if (!is_deque(sequence)) throw_mismatch(sequence, type);
      copy = nb::steal(PySequence_List(sequence));
      if (!copy.is_valid()) throw PythonError();
      sequence = copy.ptr();
    }
    begin = PySequence_Fast_ITEMS(sequence);
    size = PySequence_Fast_GET_SIZE(sequence);
  }
  nb::object copy;
  PyObject** begin;
  Py_ssize_t size;
};

Value item_from_python(PyObject* object, const Type& type, ProgramHandle& program, Py_ssize_t index) {
  try {
    return from_python(object, type, program);
  } catch (const ConversionError& e) {
    throw_at("item " + std::to_string(index), e);
  }
}

Value list_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  const Items items(object, type);
  const TypePtr& element = type.contained[0];
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(items.size));
  for (Py_ssize_t i = 0; i < items.size; ++i) {
    values.push_back(item_from_python(items.begin[i], *element, program, i));
  }
  return Value::list(element, std::move(values));
}

Value tuple_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  if (PySlice_Check(object) && program.find_type(type.name) == reinterpret_cast<PyObject*>(&PySlice_Type)) {
    const nb::handle slice(object);
    const nb::object parts = nb::make_tuple(slice.attr("start"), slice.attr("stop"), slice.attr("step"));
    return tuple_from_python(parts.ptr(), type, program);
  }
  if (!PyTuple_Check(object)) throw_mismatch(object, type);
  const Items items(object, type);
  if (static_cast<std::size_t>(items.size) != type.contained.size()) {
    throw ConversionError("expected a tuple of " + std::to_string(type.contained.size()) + " items, found " +
                          std::to_string(items.size));
  }
  std::vector<Value> values;
  values.reserve(type.contained.size());
  for (Py_ssize_t i = 0; i < items.size; ++i) {
    values.push_back(item_from_python(items.begin[i], *type.contained[static_cast<std::size_t>(i)], program, i));
  }
  const TypePtr tuple = Type::tuple(type.contained, type.name, type.fields);
  return Value::tuple(tuple, std::move(values));
}

// A set is a dict whose values are all True.
Value set_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  Value out = Value::dict(type.contained[0], type.contained[1]);
  const nb::object iterator = nb::steal(PyObject_GetIter(object));
  if (!iterator.is_valid()) throw PythonError();
  while (const nb::object item = nb::steal(PyIter_Next(iterator.ptr()))) {
    try {
      out.to_dict().set(from_python(item.ptr(), *type.contained[0], program), true);
    } catch (const ConversionError& e) {
      throw_at("item " + std::string(nb::repr(item).c_str()), e);
    }
  }
  if (PyErr_Occurred()) throw PythonError();
  return out;
}

Value dict_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  if (PyAnySet_Check(object) && type.contained[1]->kind == TypeKind::kBool)
    return set_from_python(object, type, program);
  if (!PyDict_Check(object)) throw_mismatch(object, type);
  Value out = Value::dict(type.contained[0], type.contained[1]);
  DictBox& dict = out.to_dict();
  dict.reserve(static_cast<std::size_t>(PyDict_GET_SIZE(object)));
  PyObject *key, *value;
  for (Py_ssize_t position = 0; PyDict_Next(object, &position, &key, &value);) {
    try {
      dict.set(from_python(key, *type.contained[0], program), from_python(value, *type.contained[1], program));
    } catch (const ConversionError& e) {
      throw_at("key " + std::string(nb::repr(key).c_str()), e);
    }
  }
  return out;
}

// The engine object behind a Python object, if it is a view of one.
ObjectHandle* engine_object(PyObject* object, nb::object& holder) {
  if (nb::isinstance<ObjectHandle>(nb::handle(object))) return nb::inst_ptr<ObjectHandle>(object);
  static PyObject* const name = PyUnicode_InternFromString("__portfire_object__");
  holder = nb::steal(PyObject_GetAttr(object, name));
  if (!holder.is_valid()) {
    PyErr_Clear();
    return nullptr;
  }
  return nb::isinstance<ObjectHandle>(holder) ? nb::inst_ptr<ObjectHandle>(holder) : nullptr;
}

// An instance of the user's own class: a new object of the program with the same attributes.
Value copy_instance(PyObject* object, const ClassInfo& cls, ProgramHandle& program) {
  const Ref<Object> made = program.program().make_object(cls.name());
  for (std::size_t i = 0; i < cls.attributes().size(); ++i) {
    const AttributeInfo& attribute = cls.attributes()[i];
    const nb::object value = nb::steal(PyObject_GetAttrString(object, attribute.name.c_str()));
    if (!value.is_valid()) throw PythonError();
    try {
      made->set_slot(i, from_python(value.ptr(), *attribute.type, program));
    } catch (const ConversionError& e) {
      throw_at("attribute '" + attribute.name + "'", e);
    }
  }
  return {Tag::kObject, made};
}

Value object_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  nb::object holder;
  if (const ObjectHandle* view = engine_object(object, holder)) {
    Value out(Tag::kObject, view->object);
    if (type.kind == TypeKind::kClass && view->object->class_name() != type.name && !value_is(out, type)) {
      throw ConversionError("expected an object of class '" + type.name + "', found '" + view->object->class_name() +
                            "'");
    }
    return out;
  }
  const ClassInfo* cls = type.kind == TypeKind::kClass ? program.program().class_info(type.name) : nullptr;
  if (cls == nullptr || program.name_of_type(reinterpret_cast<PyObject*>(Py_TYPE(object))) != type.name) {
    throw_mismatch(object, type);
  }
  return copy_instance(object, *cls, program);
}

Value enum_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  PyObject* python_class = program.find_type(type.name);
  const bool member = python_class != nullptr && PyObject_IsInstance(object, python_class) == 1;
  if (!member) throw_mismatch(object, type);
  const nb::object name = nb::handle(object).attr("name");
  const nb::object value = nb::handle(object).attr("value");
  const TypePtr shared = type.contained.empty() ? nullptr : type.contained[0];
  // Members whose values are of other types are numbered by the compiler.
  const bool is_numbered = shared && shared->kind == TypeKind::kInt && !PyLong_Check(value.ptr());
  Value inner;
  if (is_numbered) {
    const auto found = std::find(type.fields.begin(), type.fields.end(), nb::str(name).c_str());
    inner = Value(static_cast<std::int64_t>(found - type.fields.begin()));
  } else {
    inner = shared ? from_python(value.ptr(), *shared, program) : infer_from_python(value.ptr(), program);
  }
  const auto enum_type = std::make_shared<const Type>(type);
  return {Tag::kEnum, make_box<EnumBox>(enum_type, std::string(nb::str(name).c_str()), std::move(inner))};
}

Value union_from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  // The natural type of the object first: a float stays a float in Union[int, float].
  try {
    Value natural = infer_from_python(object, program);
    if (value_is(natural, type)) return natural;
  } catch (const ConversionError&) {  // an empty list has no natural type; the members decide
  }
  for (const TypePtr& member : type.contained) {
    try {
      return from_python(object, *member, program);
    } catch (const ConversionError&) {
    }
  }
  throw_mismatch(object, type);
}

Value opaque_from_python(PyObject* object, const Type& type) {
  Value out;
  if (other_from_python(object, out) && out.tag() == Tag::kOpaque) return out;
  throw_mismatch(object, type);
}

Value future_from_python(PyObject* object, const Type& type) {
  if (!nb::isinstance<FutureHandle>(nb::handle(object))) throw_mismatch(object, type);
  return {Tag::kFuture, nb::inst_ptr<FutureHandle>(object)->future};
}

Value sequence_by_inference(PyObject* object, ProgramHandle& program) {
  const Items items(object, *Type::leaf(TypeKind::kAny));
  std::vector<Value> values;
  for (Py_ssize_t i = 0; i < items.size; ++i) values.push_back(infer_from_python(items.begin[i], program));
  if (PyTuple_Check(object)) return Value::tuple(std::move(values));
  if (values.empty()) return Value::list(Type::leaf(TypeKind::kTensor), {});
  const TypePtr element = type_of(values[0]);
  for (const Value& v : values) {
    if (!value_is(v, *element)) throw ConversionError("the items of a list must be of one type");
  }
  return Value::list(element, std::move(values));
}

Value dict_by_inference(PyObject* object, ProgramHandle& program) {
  PyObject *key, *value;
  Py_ssize_t position = 0;
  if (!PyDict_Next(object, &position, &key, &value)) {
    return Value::dict(Type::leaf(TypeKind::kStr), Type::leaf(TypeKind::kTensor));
  }
  const TypePtr key_type = type_of(infer_from_python(key, program));
  const TypePtr value_type = type_of(infer_from_python(value, program));
  return dict_from_python(object, *Type::dict(key_type, value_type), program);
}

// A member of an enum, or an instance of a class, that the program knows.
Value named_by_inference(PyObject* object, ProgramHandle& program) {
  const std::string name = program.name_of_type(reinterpret_cast<PyObject*>(Py_TYPE(object)));
  if (name.empty()) throw_mismatch(object, *Type::leaf(TypeKind::kAny));
  if (program.program().class_info(name) != nullptr) {
    return object_from_python(object, *Type::nominal(TypeKind::kClass, name), program);
  }
  return enum_from_python(object, *Type::nominal(TypeKind::kEnum, name), program);
}

}  // namespace

Value from_python(PyObject* object, const Type& type, ProgramHandle& program) {
  switch (type.kind) {
    case TypeKind::kTensor:
      return tensor_from_python(object, type);
    case TypeKind::kInt:
      return int_from_python(object, type);
    case TypeKind::kFloat:
      return float_from_python(object, type);
    case TypeKind::kComplex:
      return complex_from_python(object, type);
    case TypeKind::kBool:
      if (!PyBool_Check(object)) throw_mismatch(object, type);
      return object == Py_True;
    case TypeKind::kStr:
      return string_from_python(object, type);
    case TypeKind::kNone:
      if (object != Py_None) throw_mismatch(object, type);
      return {};
    case TypeKind::kNumber:
      return number_from_python(object, type);
    case TypeKind::kDevice:
      return device_from_python(object, type);
    case TypeKind::kList:
      return list_from_python(object, type, program);
    case TypeKind::kTuple:
      return tuple_from_python(object, type, program);
    case TypeKind::kDict:
      return dict_from_python(object, type, program);
    case TypeKind::kOptional:
      return object == Py_None ? Value() : from_python(object, *type.contained[0], program);
    case TypeKind::kUnion:
      return union_from_python(object, type, program);
    case TypeKind::kEnum:
      return enum_from_python(object, type, program);
    case TypeKind::kClass:
    case TypeKind::kInterface:
    case TypeKind::kAnyClass:
      return object_from_python(object, type, program);
    case TypeKind::kFuture:
      return future_from_python(object, type);
    case TypeKind::kGenerator:
    case TypeKind::kStream:
    case TypeKind::kStorage:
    case TypeKind::kCapsule:
      return opaque_from_python(object, type);
    default:
      return infer_from_python(object, program);
  }
}

Value infer_from_python(PyObject* object, ProgramHandle& program) {
  if (object == Py_None) return {};
  Value out;
  const TensorBridge* bridge = tensor_bridge();
  if (bridge != nullptr && bridge->tensor_from_python(object, out)) return out;
  const Type& any = *Type::leaf(TypeKind::kAny);
  nb::object holder;
  if (PyBool_Check(object) || PyLong_CheckExact(object) || PyFloat_Check(object) || PyComplex_Check(object)) {
    return number_from_python(object, any);
  }
  if (PyUnicode_CheckExact(object)) return string_from_python(object, any);
  if (PyList_Check(object) || PyTuple_Check(object)) return sequence_by_inference(object, program);
  if (PyDict_Check(object)) return dict_by_inference(object, program);
  if (other_from_python(object, out)) return out;
  if (const ObjectHandle* view = engine_object(object, holder)) return {Tag::kObject, view->object};
  if (foreign_tensor_from_python(object, out)) return out;
  return named_by_inference(object, program);
}

}  // namespace portfire::python
