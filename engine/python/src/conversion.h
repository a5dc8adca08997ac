// Python objects as values, directed by the declared type, and back.
#pragma once

#include <Python.h>

#include <stdexcept>
#include <string>

#include "portfire/type.h"
#include "portfire/value.h"
#include "tensor_bridge.h"

namespace portfire::python {

class ProgramHandle;

// nullptr until `portfire._aten` is imported.
const TensorBridge* tensor_bridge() noexcept;
void set_tensor_bridge(const TensorBridge* bridge) noexcept;

// A Python object that does not fit the declared type. The message says what was expected and found, and where inside.
class ConversionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws ConversionError, or PythonError where a method of the object itself raised. `program` knows the Python classes
// behind the program's enums and classes.
Value from_python(PyObject* object, const Type& type, ProgramHandle& program);
// By the object alone: for `Any`.
Value infer_from_python(PyObject* object, ProgramHandle& program);
// A tensor from numpy, DLPack or the buffer protocol, over the same memory; false if the object has none of them.
bool foreign_tensor_from_python(PyObject* object, Value& out);

// A new reference; throws PythonError. `program` rebuilds NamedTuples, enums and objects; `raw`: objects stay `Object`.
PyObject* to_python(const Value& value, ProgramHandle& program, bool raw = false);
PyObject* foreign_tensor_to_python(const Value& value);

}  // namespace portfire::python
