// Modules: views of objects whose class is a module.
#include <functional>
#include <unordered_set>

#include "portfire/portfire.h"

namespace portfire {
namespace {

std::string dotted(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

// Visits a module and all below it, parents first, each once: a file may share modules, and name them in a circle.
class ModuleVisitor {
 public:
  using Visit = std::function<void(const std::string& name, const Ref<Object>& module)>;
  explicit ModuleVisitor(Visit visit) : visit_(std::move(visit)) {}

  void run(const Ref<Object>& object, const std::string& name, int depth = 0) {
    if (depth > kMaxDepth) throw Error(ErrorCode::kLimit, "RecursionError", "modules are nested too deeply");
    if (!seen_.insert(object.get()).second) return;
    visit_(name, object);
    const std::vector<AttributeInfo>& attributes = object->class_info().attributes();
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const Value& value = object->slot(i);
      if (attributes[i].kind != AttributeKind::kSubmodule || !value.is_object()) continue;
      run(Ref<Object>::share(&value.to_object()), dotted(name, attributes[i].name), depth + 1);
    }
  }

 private:
  static constexpr int kMaxDepth = 1000;

  Visit visit_;
  std::unordered_set<const Object*> seen_;
};

void visit_modules(const Ref<Object>& root, ModuleVisitor::Visit visit) {
  ModuleVisitor(std::move(visit)).run(root, "");
}

std::vector<Named<Tensor>> named_tensors(const Ref<Object>& root, AttributeKind kind, bool recurse) {
  std::vector<Named<Tensor>> out;
  visit_modules(root, [&](const std::string& prefix, const Ref<Object>& module) {
    if (!recurse && module.get() != root.get()) return;
    const std::vector<AttributeInfo>& attributes = module->class_info().attributes();
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].kind != kind || !module->slot(i).is_tensor()) continue;
      out.emplace_back(dotted(prefix, attributes[i].name), module->slot(i).to_tensor());
    }
  });
  return out;
}

std::vector<Tensor> without_names(std::vector<Named<Tensor>> named) {
  std::vector<Tensor> out;
  for (auto& [name, tensor] : named) out.push_back(std::move(tensor));
  return out;
}

}  // namespace

Value Method::operator()(std::vector<Value> args, const Kwargs& kwargs, const CallOptions& options) const {
  args.insert(args.begin(), Value(Tag::kObject, owner_));
  return function_->call(std::move(args), kwargs, options);
}

std::optional<Method> Module::find_method(std::string_view name) const {
  const Function* f = object_->find_method(name);
  if (!f) return std::nullopt;
  return Method(object_, *f);
}

std::vector<Method> Module::get_methods() const {
  std::vector<Method> out;
  for (const MethodInfo& m : object_->class_info().methods()) out.emplace_back(object_, *m.function);
  return out;
}

void Module::setattr(std::string_view name, Value value) const {
  const std::uint32_t slot = object_->class_info().slot_of(name);
  if (slot != ClassInfo::kNoSlot) {
    const Type& type = *object_->class_info().attributes()[slot].type;
    if (!value_is(value, type)) {
      throw Error(ErrorCode::kType,
                  "attribute '" + std::string(name) + "': expected " + type.str() + ", found " + type_of(value)->str());
    }
  }
  object_->set(name, std::move(value));
}

std::vector<Named<Tensor>> Module::named_parameters(bool recurse) const {
  return named_tensors(object_, AttributeKind::kParameter, recurse);
}
std::vector<Named<Tensor>> Module::named_buffers(bool recurse) const {
  return named_tensors(object_, AttributeKind::kBuffer, recurse);
}
std::vector<Tensor> Module::parameters(bool recurse) const { return without_names(named_parameters(recurse)); }
std::vector<Tensor> Module::buffers(bool recurse) const { return without_names(named_buffers(recurse)); }

std::vector<Named<Module>> Module::named_children() const {
  std::vector<Named<Module>> out;
  const std::vector<AttributeInfo>& attributes = object_->class_info().attributes();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].kind != AttributeKind::kSubmodule || !object_->slot(i).is_object()) continue;
    out.emplace_back(attributes[i].name, Module(Ref<Object>::share(&object_->slot(i).to_object())));
  }
  return out;
}

std::vector<Module> Module::children() const {
  std::vector<Module> out;
  for (auto& [name, module] : named_children()) out.push_back(module);
  return out;
}

std::vector<Named<Module>> Module::named_modules() const {
  std::vector<Named<Module>> out;
  visit_modules(object_,
                [&](const std::string& name, const Ref<Object>& object) { out.emplace_back(name, Module(object)); });
  return out;
}

void Module::train(bool on) const {
  visit_modules(object_, [&](const std::string&, const Ref<Object>& module) {
    if (module->has("training")) module->set("training", on);
  });
}

bool Module::is_training() const { return attr("training", false).to_bool(); }

Module Module::copy() const {
  const std::shared_ptr<const Program> program = object_->program();
  Ref<Object> root = program->make_root();
  if (!root || &root->class_info() != &object_->class_info()) {
    throw Error(ErrorCode::kBadArgument, "only the module of a file can be copied, not a part of it");
  }
  return Module(std::move(root));
}

Module load(const std::string& path, const LoadOptions& options) {
  Ref<Object> root = Program::load(path, options.libraries)->make_root();
  if (!root) throw Error(ErrorCode::kNotFound, "'" + path + "' holds functions, but no module");
  return Module(std::move(root));
}

const char* version() noexcept { return PORTFIRE_VERSION; }

}  // namespace portfire
