#include "program/builders.h"

namespace portfire {

std::unique_ptr<Function> FunctionBuilder::declare(const LinkedProgram& program, const FunctionRecord& record) {
  std::unique_ptr<Function> f(new Function());
  f->name_ = program.strings[record.name];
  f->program_ = program.program;
  f->return_type_ = program.types[record.return_type];
  for (const ParameterRecord& p : record.parameters) {
    f->parameters_.push_back({program.strings[p.name], program.types[p.type], std::nullopt, p.keyword_only});
  }
  return f;
}

void FunctionBuilder::define(Function& function, std::unique_ptr<FunctionCode> code, const LinkedProgram& program,
                             const FunctionRecord& record) {
  code->function = &function;
  function.code_ = std::move(code);
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const ParameterRecord& p = record.parameters[i];
    if (p.has_default) function.parameters_[i].default_value = program.constants[p.default_value];
  }
}

std::unique_ptr<ClassInfo> ClassBuilder::build(const LinkedProgram& program, const ClassRecord& record,
                                               std::uint32_t id) {
  auto c = std::make_unique<ClassInfo>();
  c->name_ = program.strings[record.name];
  c->is_module_ = (record.flags & ClassRecord::kModule) != 0;
  c->id_ = id;
  c->program_ = program.program;
  c->type_ = Type::nominal(TypeKind::kClass, c->name_);
  for (const AttributeRecord& a : record.attributes) {
    c->attributes_.push_back({program.strings[a.name], program.types[a.type], static_cast<AttributeKind>(a.kind)});
  }
  for (const auto& [name, function] : record.methods) {
    c->methods_.push_back({program.strings[name], program.functions[function].get()});
  }
  for (const PropertyRecord& p : record.properties) {
    c->properties_.push_back({program.strings[p.name], program.strings[p.getter], program.strings[p.setter]});
  }
  for (const Index base : record.bases) c->bases_.push_back(program.strings[base]);
  for (std::uint32_t i = 0; i < c->attributes_.size(); ++i) c->slots_.emplace(c->attributes_[i].name, i);
  for (const MethodInfo& m : c->methods_) c->method_index_.emplace(m.name, m.function);
  return c;
}

}  // namespace portfire
