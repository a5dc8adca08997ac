// portfire's C++ API: load a model file and run it. Moving from libtorch is a search and replace of torch::jit by
// portfire:
//
//   portfire::Module module = portfire::load("model.pt");
//   portfire::Tensor x = portfire::Tensor::from_blob(data, {1, 3, 224, 224}, portfire::DType::kFloat32);
//   portfire::Tensor y = module.forward({x}).to_tensor();
//
// Ownership: every handle (Module, Method, Value, Tensor) shares what it refers to; nothing is to be freed.
// Threads: any number may call one module at once. A call that changes the module's state (setattr, train, a forward
// that sets attributes) must not run beside other calls of the same module; `Module::copy` gives a thread a state of
// its own. Errors: every function may throw portfire::Error (error.h); a failed call leaves the module usable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portfire/error.h"
#include "portfire/program.h"
#include "portfire/tensor.h"
#include "portfire/value.h"

namespace portfire {

// A method of one module. Keeps the module alive.
class PORTFIRE_EXPORT Method {
 public:
  Method(Ref<Object> owner, const Function& function) : owner_(std::move(owner)), function_(&function) {}

  const std::string& name() const noexcept { return function_->name(); }
  // The parameters behind `self`.
  std::span<const Parameter> parameters() const noexcept { return std::span(function_->parameters()).subspan(1); }
  const TypePtr& return_type() const noexcept { return function_->return_type(); }
  const Function& function() const noexcept { return *function_; }

  // Arguments without `self`, as Function::call takes them.
  Value operator()(std::vector<Value> args, const Kwargs& kwargs = {}, const CallOptions& options = {}) const;

 private:
  Ref<Object> owner_;
  const Function* function_;
};

template <typename T>
using Named = std::pair<std::string, T>;

// A handle to a module object: copies refer to the same module, as in Python.
class PORTFIRE_EXPORT Module {
 public:
  Module() = default;  // refers to nothing; only `defined` may be called
  explicit Module(Ref<Object> object) : object_(std::move(object)) {}

  bool defined() const noexcept { return static_cast<bool>(object_); }
  const std::string& class_name() const { return object_->class_name(); }
  const Ref<Object>& object() const noexcept { return object_; }
  std::shared_ptr<const Program> program() const { return object_->program(); }

  Value forward(std::vector<Value> args, const Kwargs& kwargs = {}, const CallOptions& options = {}) const {
    return get_method("forward")(std::move(args), kwargs, options);
  }
  Value operator()(std::vector<Value> args, const Kwargs& kwargs = {}, const CallOptions& options = {}) const {
    return forward(std::move(args), kwargs, options);
  }
  // Throws Error(kNotFound) if there is no such method.
  Method get_method(std::string_view name) const { return {object_, object_->method(name)}; }
  std::optional<Method> find_method(std::string_view name) const;
  std::vector<Method> get_methods() const;
  template <typename... Args>
  Value run_method(std::string_view name, Args&&... args) const {
    return get_method(name)({Value(std::forward<Args>(args))...});
  }

  // Throw Error(kNotFound) if there is no such attribute; `setattr` throws Error(kType) if the value is not of its
  // type.
  Value attr(std::string_view name) const { return object_->get(name); }
  Value attr(std::string_view name, Value or_else) const { return hasattr(name) ? attr(name) : std::move(or_else); }
  bool hasattr(std::string_view name) const { return object_->has(name); }
  void setattr(std::string_view name, Value value) const;

  // Names are dotted below submodules: "encoder.0.weight". `recurse`: with those of submodules.
  std::vector<Named<Tensor>> named_parameters(bool recurse = true) const;
  std::vector<Named<Tensor>> named_buffers(bool recurse = true) const;
  std::vector<Tensor> parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  std::vector<Named<Module>> named_children() const;
  std::vector<Module> children() const;
  // This module first, under the empty name; then all submodules.
  std::vector<Named<Module>> named_modules() const;

  // Sets `training` here and below.
  void train(bool on = true) const;
  void eval() const { train(false); }
  bool is_training() const;

  // Another module in the state that was saved, of the same program: its own attributes, the same weights in memory.
  Module copy() const;

 private:
  Ref<Object> object_;
};

struct LoadOptions {
  // What computes on tensors, asked in this order. Empty: the engine's own kernels. From portfire::aten:
  // aten_kernels().
  Libraries libraries;
};

// The module of a model file. The file is mapped; it must not be changed while anything of it is in use.
// Errors: kIo, kBadArchive, kNoProgram (a TorchScript archive nobody converted), kInvalidProgram, kUnsupportedVersion,
// kMissingOps (with the complete list), kNotFound (the file holds functions, but no module: use Program::load).
PORTFIRE_EXPORT Module load(const std::string& path, const LoadOptions& options = {});

// "0.1.0"
PORTFIRE_EXPORT const char* version() noexcept;

}  // namespace portfire
