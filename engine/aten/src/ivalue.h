// Values as libtorch's IValues and back, directed by the schema's types.
#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type_base.h>

#include "portfire/aten.h"
#include "portfire/value.h"

namespace portfire::aten {

// A value of libtorch that portfire only passes on: a generator, a storage, a stream, an object of a custom class.
struct OpaqueBox final : Box {
  explicit OpaqueBox(c10::IValue v) : value(std::move(v)) {}
  const c10::IValue value;
};

// `type`: the argument's type in the schema (its real type: ScalarType, SymInt and the like are told apart).
c10::IValue to_ivalue(const Value& value, const c10::Type& type);
Value from_ivalue(c10::IValue value);

// An enum that TorchScript has as an int. Throws Error(kType) for a number that names none: ATen does not check.
at::ScalarType to_scalar_type(const Value& value);
at::Layout to_layout(const Value& value);
at::MemoryFormat to_memory_format(const Value& value);

at::Scalar to_scalar(const Value& value);
Value from_scalar(const at::Scalar& scalar);
c10::Device to_device(const Value& value);

}  // namespace portfire::aten
