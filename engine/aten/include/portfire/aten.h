// The plug-in for libtorch: kernels from ATen's dispatcher, and the way between at::Tensor and portfire's values.
//
// A host that has libtorch passes and gets at::Tensors:
//
//   portfire::Module model = portfire::aten::load("model.pt");
//   portfire::aten::to(model, torch::kCUDA);
//   at::Tensor y = portfire::aten::to_tensor(model.forward({portfire::aten::to_value(x)}));
//
// Every ATen operator, every device, autograd and every operator registered by the host (TORCH_LIBRARY, torch.library)
// is reached. Tensors keep their identity and their autograd graph on the way in and out. Thread safe as ATen is.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/TensorBody.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portfire/call_options.h"
#include "portfire/op.h"
#include "portfire/portfire.h"
#include "portfire/value.h"

namespace portfire::aten {

// The library, one for the process.
PORTFIRE_EXPORT std::shared_ptr<KernelLibrary> kernels();

// The module of a model file, on these kernels. Errors as portfire::load.
PORTFIRE_EXPORT Module load(const std::string& path);
// Moves parameters and buffers, here and in all submodules, as torch.nn.Module.to does: `dtype` converts those of a
// floating point or complex type. Other modules of the same program keep theirs.
PORTFIRE_EXPORT void to(const Module& module, c10::Device device, std::optional<at::ScalarType> dtype = std::nullopt);
PORTFIRE_EXPORT void to(const Module& module, at::ScalarType dtype);

// Shares the tensor. An undefined tensor gives None.
PORTFIRE_EXPORT Value to_value(at::Tensor tensor);
PORTFIRE_EXPORT Tensor to_portfire(at::Tensor tensor);
// Shares the tensor, or the memory of a tensor of another library. None gives an undefined tensor. Throws Error(kType)
// on any other value.
PORTFIRE_EXPORT at::Tensor to_tensor(const Value& value);
PORTFIRE_EXPORT at::Tensor to_tensor(const Tensor& tensor);

PORTFIRE_EXPORT Value to_value(const c10::Device& device);
PORTFIRE_EXPORT c10::Device to_device(const Device& device);
// A generator travels through programs as an opaque value. `to_generator`: empty for any other value.
PORTFIRE_EXPORT Value to_value(at::Generator generator);
PORTFIRE_EXPORT std::optional<at::Generator> to_generator(const Value& value);

// The text of every operator schema the dispatcher knows now, in the dispatcher's order.
PORTFIRE_EXPORT std::vector<std::string> dispatcher_schemas();

// Runs forked calls on libtorch's inter-op threads, with the forking thread's state (grad mode, autocast, ...): for
// CallOptions::executor.
PORTFIRE_EXPORT std::shared_ptr<Executor> executor();

// Called inside a handler with the exception that left an operator: throws portfire::Error if it knows the exception,
// else returns. The Python binding sets one, for kernels written in Python. Set once, before the first call.
using ExceptionTranslator = void (*)();
PORTFIRE_EXPORT void set_exception_translator(ExceptionTranslator translator) noexcept;

// Shows a warning of the category with that qualified name; may throw portfire::Error, where the host makes exceptions
// of warnings. The Python binding sets one; without one, torch shows a plain warning. Set once, before the first call.
using WarningHandler = void (*)(const std::string& message, const std::string& category);
PORTFIRE_EXPORT void set_warning_handler(WarningHandler handler) noexcept;

}  // namespace portfire::aten
