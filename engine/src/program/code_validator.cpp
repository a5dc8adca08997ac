// The code of one function: instructions, operands, jumps, calls, handlers, positions.
#include <algorithm>

#include "portfire/op.h"
#include "portfire/type.h"
#include "program/instruction.h"
#include "program/program_validator.h"

namespace portfire {
namespace {

class CodeValidator {
 public:
  CodeValidator(const ProgramImage& image, const FunctionRecord& function)
      : image_(image), function_(function), where_("function " + image.string(function.name)) {}

  void run() {
    registers();
    instructions();
    for (const Instruction& i : all_) instruction(i);
    handlers();
    positions();
  }

 private:
  [[noreturn]] void reject(const std::string& reason) const { reject_program(where_, reason); }
  [[noreturn]] void reject(const Instruction& i, const std::string& reason) const {
    reject("word " + std::to_string(i.word) + ": " + reason);
  }

  // Every register costs memory in each call: there are no more of them than the code can name.
  void registers() const {
    if (function_.register_count < function_.parameters.size()) reject("fewer registers than parameters");
    if (function_.register_count > function_.parameters.size() + function_.code.size())
      reject("more registers than code");
  }

  void instructions() {
    const auto size = static_cast<std::uint32_t>(function_.code.size());
    if (function_.code.size() != size) reject("too much code");
    starts_.assign(size, false);
    Instruction i;
    for (std::uint32_t word = 0; word < size; word = i.next) {
      if (!read_instruction(function_.code, word, i)) reject("word " + std::to_string(word) + ": not an instruction");
      starts_[word] = true;
      all_.push_back(i);
    }
    if (all_.empty() || !ends_flow(all_.back().opcode)) reject("control runs off the end of the code");
  }

  bool is_start(std::uint32_t word) const { return word < starts_.size() && starts_[word]; }

  void instruction(const Instruction& i) const {
    for (const std::uint32_t o : i.inputs) operand(i, o);
    if (i.has_extra) operand(i, i.extra);
    for (const std::uint32_t r : i.results) reg(i, r);
    for (const std::uint32_t t : i.types) {
      if (t >= image_.types.size()) reject(i, "there is no type " + std::to_string(t));
    }
    if (i.has_label && !is_start(i.label)) reject(i, "a jump into the middle of an instruction");
    number(i);
    arity(i);
  }

  void reg(const Instruction& i, std::uint32_t r) const {
    if (r >= function_.register_count) reject(i, "there is no register " + std::to_string(r));
  }

  void operand(const Instruction& i, std::uint32_t bits) const {
    const Operand o{bits};
    switch (bits & 3U) {
      case Operand::kRegister:
      case Operand::kRegisterLastUse:
        return reg(i, o.index());
      case Operand::kConstant:
        if (o.index() >= image_.constants.size()) reject(i, "there is no constant " + std::to_string(o.index()));
        return;
      default:
        reject(i, "unknown kind of operand");
    }
  }

  void number(const Instruction& i) const {
    const auto check = [&](std::size_t size, const char* what) {
      if (i.number >= size) reject(i, std::string("there is no ") + what + " " + std::to_string(i.number));
    };
    switch (i.number_kind) {
      case NumberKind::kOp:
        return check(image_.ops.size(), "op");
      case NumberKind::kFunction:
        return check(image_.functions.size(), "function");
      case NumberKind::kString:
        return check(image_.strings.size(), "string");
      case NumberKind::kType:
        return check(image_.types.size(), "type");
      case NumberKind::kClass:
        return check(image_.classes.size(), "class");
      case NumberKind::kItem:
      case NumberKind::kNone:
        return;
    }
  }

  void arity(const Instruction& i) const {
    switch (i.opcode) {
      case Opcode::kCall:
      case Opcode::kFork:
        return call(i, image_.functions[i.number]);
      case Opcode::kCallMethod:
        if (i.inputs.empty()) reject(i, "a method call without an object");
        return;
      case Opcode::kMakeTuple:
        made_type(i, TypeKind::kTuple);
        if (image_.types[i.number].contained.size() != i.inputs.size()) reject(i, "wrong length of a tuple");
        return;
      case Opcode::kMakeList:
        return made_type(i, TypeKind::kList);
      case Opcode::kMakeDict:
        made_type(i, TypeKind::kDict);
        if (i.inputs.size() % 2 != 0) reject(i, "a key without a value");
        return;
      default:
        return;
    }
  }

  void made_type(const Instruction& i, TypeKind kind) const {
    if (image_.types[i.number].kind != static_cast<std::uint8_t>(kind)) reject(i, "the type is not of what is made");
  }

  void call(const Instruction& i, const FunctionRecord& callee) const {
    const std::vector<ParameterRecord>& parameters = callee.parameters;
    if (i.inputs.size() > parameters.size()) reject(i, "too many arguments for " + image_.string(callee.name));
    const bool filled = std::all_of(parameters.begin() + static_cast<std::ptrdiff_t>(i.inputs.size()), parameters.end(),
                                    [](const ParameterRecord& p) { return p.has_default; });
    if (!filled) reject(i, "too few arguments for " + image_.string(callee.name));
  }

  void handlers() const {
    for (const HandlerRecord& h : function_.handlers) {
      const bool range = is_start(h.begin) && h.begin < h.end && (h.end == starts_.size() || is_start(h.end));
      if (!range) reject("a handler's range is not one of instructions");
      if (!is_start(h.target)) reject("a handler is in the middle of an instruction");
      if (h.result >= function_.register_count) reject("a handler's register does not exist");
      for (const Index c : h.classes) {
        if (c >= image_.strings.size()) reject("a handler's class has no name");
      }
    }
  }

  void positions() const {
    const std::size_t count = function_.positions.size();
    for (std::size_t i = 0; i < count; ++i) {
      const PositionRecord& p = function_.positions[i];
      if (i > 0 && p.word < function_.positions[i - 1].word) reject("positions are not in order");
      if (p.source > image_.sources.size()) reject("a position in a source that does not exist");
      if (p.function >= image_.strings.size()) reject("a position in a function without a name");
      for (const Index through : p.inlined_through) {
        if (through >= count) reject("a position inlined through one that does not exist");
      }
    }
  }

  const ProgramImage& image_;
  const FunctionRecord& function_;
  const std::string where_;
  std::vector<Instruction> all_;
  std::vector<bool> starts_;
};

}  // namespace

void validate_function(const ProgramImage& image, const FunctionRecord& function) {
  CodeValidator(image, function).run();
}

}  // namespace portfire
