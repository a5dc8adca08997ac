#include "program/program_linker.h"

#include "program/builders.h"
#include "program/code_emitter.h"
#include "program/instruction.h"
#include "program/linked_program.h"
#include "program/op_binder.h"
#include "program/state_builder.h"

namespace portfire {
namespace {

class Linker {
 public:
  Linker(LinkedProgram& to, ProgramImage& image) : to_(to), image_(image) {}

  void run() {
    types();
    bind_ops(to_, image_.ops);
    for (const FunctionRecord& f : image_.functions) {
      to_.functions.push_back(FunctionBuilder::declare(to_, f));
      to_.functions_by_name.emplace(to_.functions.back()->name(), to_.functions.back().get());
    }
    for (std::uint32_t i = 0; i < image_.classes.size(); ++i) {
      to_.classes.push_back(ClassBuilder::build(to_, image_.classes[i], i));
      to_.classes_by_name.emplace(to_.classes.back()->name(), to_.classes.back().get());
    }
    constants();
    code();
    to_.sources = std::move(image_.sources);
    for (const auto& [key, value] : image_.metadata) to_.metadata.emplace_back(to_.strings[key], to_.strings[value]);
    to_.examples = std::move(image_.examples);
  }

 private:
  void types() {
    for (const TypeRecord& record : image_.types) to_.types.push_back(make_type(record));
  }

  std::vector<std::string> names(const IndexList& indices) const {
    std::vector<std::string> out;
    for (const Index i : indices) out.push_back(to_.strings[i]);
    return out;
  }

  TypePtr make_type(const TypeRecord& record) const {
    const auto kind = static_cast<TypeKind>(record.kind);
    std::vector<TypePtr> contained;
    for (const Index i : record.contained) contained.push_back(to_.types[i]);
    switch (kind) {
      case TypeKind::kList:
        return Type::list(contained[0]);
      case TypeKind::kOptional:
        return Type::optional(contained[0]);
      case TypeKind::kFuture:
        return Type::future(contained[0]);
      case TypeKind::kDict:
        return Type::dict(contained[0], contained[1]);
      case TypeKind::kUnion:
        return Type::union_of(std::move(contained));
      case TypeKind::kTuple:
        return Type::tuple(std::move(contained), to_.strings[record.name], names(record.fields));
      case TypeKind::kClass:
      case TypeKind::kInterface:
        return Type::nominal(kind, to_.strings[record.name]);
      case TypeKind::kEnum:
        return Type::enumeration(to_.strings[record.name], contained[0], names(record.fields), members(record));
      default:
        return Type::leaf(kind);
    }
  }

  std::shared_ptr<const std::vector<Value>> members(const TypeRecord& record) const {
    auto values = std::make_shared<std::vector<Value>>();
    for (const Index m : record.members) {
      const ConstantRecord& c = image_.constants[m];
      switch (c.tag) {
        case ConstantTag::kInt:
          values->emplace_back(c.integer);
          break;
        case ConstantTag::kFloat:
          values->emplace_back(c.real);
          break;
        default:
          values->emplace_back(to_.strings[c.index]);
      }
    }
    return values;
  }

  // Every constant that an operand or a default names.
  std::vector<Index> constants_of_code() const {
    std::vector<Index> out;
    const auto add = [&](std::uint32_t bits) {
      if (Operand{bits}.kind() == Operand::kConstant) out.push_back(Operand{bits}.index());
    };
    for (const FunctionRecord& f : image_.functions) {
      for (const ParameterRecord& p : f.parameters) {
        if (p.has_default) out.push_back(p.default_value);
      }
      Instruction i;
      for (std::uint32_t word = 0; word < f.code.size(); word = i.next) {
        read_instruction(f.code, word, i);
        for (const std::uint32_t bits : i.inputs) add(bits);
        if (i.has_extra) add(i.extra);
      }
    }
    return out;
  }

  void constants() {
    to_.constant_records = std::move(image_.constants);
    to_.object_records = std::move(image_.objects);
    to_.root = image_.root;
    StateBuilder state(to_, nullptr, reachable_constants(to_, constants_of_code()));
    state.build();
    to_.constants = std::move(state.constants());
    to_.code_objects = std::move(state.objects());
  }

  void code() {
    std::vector<std::optional<Intrinsic>> intrinsics;
    for (const std::string& name : to_.op_names) intrinsics.push_back(find_intrinsic(name));
    for (std::size_t i = 0; i < image_.functions.size(); ++i) {
      const FunctionRecord& record = image_.functions[i];
      FunctionBuilder::define(*to_.functions[i], emit_code(to_, image_, record, intrinsics), to_, record);
    }
  }

  LinkedProgram& to_;
  ProgramImage& image_;
};

}  // namespace

std::shared_ptr<const Program> ProgramLinker::link(ProgramImage image, LinkInputs inputs) {
  std::shared_ptr<Program> program(new Program());
  LinkedProgram& to = *program->linked_;
  to.program = program.get();
  to.libraries = std::move(inputs.libraries);
  to.memory = std::move(inputs.memory);
  to.tensors = std::move(inputs.tensors);
  to.strings = std::move(image.strings);
  Linker(to, image).run();
  return program;
}

}  // namespace portfire
