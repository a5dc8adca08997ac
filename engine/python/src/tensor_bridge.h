// What `_aten` gives to `_engine`: the way between torch's Python objects and values. `_engine` itself has no torch
// inside, and without `_aten` it knows tensors as numpy arrays and through DLPack.
#pragma once

#include <Python.h>

#include <exception>
#include <memory>
#include <vector>

#include "portfire/call_options.h"
#include "portfire/op.h"
#include "portfire/program.h"
#include "portfire/value.h"

namespace portfire::python {

// A Python exception is set and travels through C++ frames.
class PythonError : public std::exception {};

struct TensorBridge {
  std::shared_ptr<KernelLibrary> library;
  std::shared_ptr<Executor> executor;
  // A torch.Tensor as a value; false if the object is none.
  bool (*tensor_from_python)(PyObject* object, Value& out);
  // A torch.device, dtype, layout, memory_format or Generator; false if the object is none of them.
  bool (*other_from_python)(PyObject* object, Value& out);
  // New references; nullptr with a Python error set.
  PyObject* (*tensor_to_python)(const Value& tensor);
  PyObject* (*device_to_python)(const Device& device);
  PyObject* (*opaque_to_python)(const Value& value);
  // Runs a function without the GIL; libtorch's warnings become Python's. Called, and returns, with the GIL held.
  // Throws Error, and PythonError where a warning was turned into an exception.
  Value (*run)(const Function& function, std::vector<Value> arguments, const CallOptions& options);
};

inline constexpr char kBridgeCapsule[] = "portfire._engine.tensor_bridge";

}  // namespace portfire::python
