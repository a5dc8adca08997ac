// Programs and their functions: what an archive holds for the engine, verified, linked and immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portfire/call_options.h"
#include "portfire/object.h"
#include "portfire/op.h"
#include "portfire/value.h"

namespace portfire {

struct FunctionCode;   // execution's own form of a function: program/function_code.h
struct LinkedProgram;  // program/linked_program.h
using Libraries = std::vector<std::shared_ptr<KernelLibrary>>;
using Kwargs = std::vector<std::pair<std::string, Value>>;

struct Parameter {
  std::string name;
  TypePtr type;
  std::optional<Value> default_value;
  bool keyword_only = false;
};

// A function of a program, or a method: then its first parameter is `self`. Immutable and safe to call from any number
// of threads at once; valid as long as its program.
class PORTFIRE_EXPORT Function {
 public:
  ~Function();
  const std::string& name() const noexcept { return name_; }  // qualified: "__torch__.model.Net.forward"
  const std::vector<Parameter>& parameters() const noexcept { return parameters_; }
  const TypePtr& return_type() const noexcept { return return_type_; }
  // "forward(Tensor x, int n=2, *, bool flag=False) -> Tensor"
  std::string schema() const;
  const Program& program() const noexcept { return *program_; }

  // Runs the function. Arguments are checked against the parameters (Error kBadArgument); defaults are filled in; an
  // int is accepted where a float is expected. Throws Error as the program fails; then nothing is lost but this call.
  Value call(std::vector<Value> args, const CallOptions& options = {}) const;
  Value call(std::vector<Value> args, const Kwargs& kwargs, const CallOptions& options = {}) const;
  Value operator()(std::vector<Value> args, const CallOptions& options = {}) const {
    return call(std::move(args), options);
  }

  // One value per parameter out of positional and named arguments, checked: what `call` does before it runs.
  std::vector<Value> bind(std::vector<Value> args, const Kwargs& kwargs) const;
  const FunctionCode& code() const noexcept { return *code_; }

 private:
  friend class FunctionBuilder;
  Function();
  std::string name_;
  std::vector<Parameter> parameters_;
  TypePtr return_type_;
  const Program* program_ = nullptr;
  std::unique_ptr<FunctionCode> code_;
};

// A function as a value. `owner` is null where the program itself holds it: then it is valid as long as the program.
struct FunctionBox final : Box {
  FunctionBox(const Function* f, std::shared_ptr<const Program> o) : function(f), owner(std::move(o)) {}
  const Function* const function;
  const std::shared_ptr<const Program> owner;
};

// A method's example out of the archive: what it was called with, and what came out.
struct Example {
  std::string method;
  std::vector<Value> inputs;
  Value expected;
};

// A linked program. Immutable and shared: one serves any number of threads and objects. What it hands out by pointer or
// reference (functions, classes) lives as long as it does; objects and modules keep it alive.
class PORTFIRE_EXPORT Program : public std::enable_shared_from_this<Program> {
 public:
  // Out of memory, as a compiler hands it over: `tensors` are the program's, in its order, already of a kernel
  // library's kind. The bytes are not needed afterwards. Errors: kInvalidProgram, kUnsupportedVersion, kMissingOps.
  static std::shared_ptr<const Program> from_bytes(std::span<const std::byte> bytes, std::vector<Tensor> tensors,
                                                   const Libraries& libraries);
  // Out of an archive. The file is mapped, never copied; it must not be changed while the program or one of its tensors
  // lives. Nothing in it is executed. No libraries: the engine's own kernels.
  // Errors: kIo, kBadArchive, kNoProgram, kInvalidProgram, kUnsupportedVersion, kMissingOps.
  static std::shared_ptr<const Program> load(const std::string& path, const Libraries& libraries = {});
  // The same, out of an archive that lies in memory; `owner` keeps the memory alive. Tensors are made over it,
  // so it must be writable if the program changes its own (buffers), and only through it.
  static std::shared_ptr<const Program> load_memory(std::span<const std::byte> archive,
                                                    std::shared_ptr<const void> owner, const Libraries& libraries = {});
  ~Program();

  const Function* function(std::string_view qualified_name) const noexcept;  // nullptr if absent
  std::vector<std::string> function_names() const;
  const ClassInfo* class_info(std::string_view qualified_name) const noexcept;  // nullptr if absent
  std::vector<std::string> class_names() const;

  // A new object with all attributes None. Throws Error(kNotFound) if there is no such class.
  Ref<Object> make_object(std::string_view class_name) const;
  // A new root object with all it refers to, in the state that was saved; null if the program has none. Tensors are
  // shared by all roots of a program: one copy of the weights.
  Ref<Object> make_root() const;
  bool has_root() const noexcept;

  const std::vector<std::pair<std::string, std::string>>& metadata() const noexcept;
  std::vector<Example> examples() const;
  // The libraries it is linked to, in order.
  const Libraries& libraries() const noexcept;
  const LinkedProgram& linked() const noexcept { return *linked_; }

 private:
  friend class ProgramLinker;
  Program();
  std::unique_ptr<LinkedProgram> linked_;
};

}  // namespace portfire
