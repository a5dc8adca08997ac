// The public face of programs and functions. Loading is in program_loading.cpp, calls are in
// execution/function_call.cpp.
#include "portfire/program.h"

#include "archive/program_decoder.h"
#include "program/function_code.h"
#include "program/linked_program.h"
#include "program/program_linker.h"
#include "program/program_validator.h"
#include "program/state_builder.h"

namespace portfire {

Function::Function() = default;
Function::~Function() = default;

std::string Function::schema() const {
  const std::size_t dot = name_.rfind('.');
  std::string out = (dot == std::string::npos ? name_ : name_.substr(dot + 1)) + "(";
  bool keyword_only = false;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& p = parameters_[i];
    if (i) out += ", ";
    if (p.keyword_only && !keyword_only) out += "*, ";
    keyword_only = p.keyword_only;
    out += p.type->str() + " " + p.name;
    if (p.default_value) out += "=" + value_repr(*p.default_value);
  }
  return out + ") -> " + return_type_->str();
}

Program::Program() : linked_(std::make_unique<LinkedProgram>()) {}
Program::~Program() = default;

std::shared_ptr<const Program> Program::from_bytes(std::span<const std::byte> bytes, std::vector<Tensor> tensors,
                                                   const Libraries& libraries) {
  ProgramImage image = decode_program(bytes);
  validate_program(image, /*in_memory=*/true, tensors.size());
  return ProgramLinker::link(std::move(image), {libraries, std::move(tensors), nullptr});
}

const Function* Program::function(std::string_view qualified_name) const noexcept {
  const auto it = linked_->functions_by_name.find(qualified_name);
  return it == linked_->functions_by_name.end() ? nullptr : it->second;
}

std::vector<std::string> Program::function_names() const {
  std::vector<std::string> names;
  for (const auto& f : linked_->functions) names.push_back(f->name());
  return names;
}

const ClassInfo* Program::class_info(std::string_view qualified_name) const noexcept {
  const auto it = linked_->classes_by_name.find(qualified_name);
  return it == linked_->classes_by_name.end() ? nullptr : it->second;
}

std::vector<std::string> Program::class_names() const {
  std::vector<std::string> names;
  for (const auto& c : linked_->classes) names.push_back(c->name());
  return names;
}

Ref<Object> Program::make_object(std::string_view class_name) const {
  const ClassInfo* cls = class_info(class_name);
  if (!cls) throw Error(ErrorCode::kNotFound, "the program has no class '" + std::string(class_name) + "'");
  return make_box<Object>(*cls, shared_from_this());
}

bool Program::has_root() const noexcept { return linked_->root != 0; }

Ref<Object> Program::make_root() const {
  if (!has_root()) return {};
  StateBuilder state(*linked_, shared_from_this());
  state.build();
  return state.object(linked_->root - 1);
}

const std::vector<std::pair<std::string, std::string>>& Program::metadata() const noexcept { return linked_->metadata; }

std::vector<Example> Program::examples() const {
  StateBuilder state(*linked_, shared_from_this());
  if (!linked_->examples.empty()) state.build();
  std::vector<Example> examples;
  for (const ExampleRecord& record : linked_->examples) {
    Example example{linked_->strings[record.method], {}, state.constant(record.expected)};
    for (const Index i : record.inputs) example.inputs.push_back(state.constant(i));
    examples.push_back(std::move(example));
  }
  return examples;
}

const Libraries& Program::libraries() const noexcept { return linked_->libraries; }

}  // namespace portfire
