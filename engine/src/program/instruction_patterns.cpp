#include "program/instruction_patterns.h"

#include <algorithm>

#include "portfire/op.h"

namespace portfire {
namespace {

bool is_dying(std::uint32_t bits, std::uint32_t reg) { return bits == (reg << 2U | Operand::kRegisterLastUse); }

bool reads(std::span<const std::uint32_t> operands, std::uint32_t reg) {
  return std::any_of(operands.begin(), operands.end(), [&](std::uint32_t bits) {
    const Operand o{bits};
    return o.kind() != Operand::kConstant && o.index() == reg;
  });
}

bool is_dropped_next(const InstructionList& list, std::size_t at) {
  if (at + 1 >= list.items.size() || list.is_target(at + 1)) return false;
  const Instruction& next = list.items[at + 1];
  const std::uint32_t result = list.items[at].results[0];
  return next.opcode == Opcode::kDrop &&
         std::find(next.results.begin(), next.results.end(), result) != next.results.end();
}

// Arithmetic on ints: it holds no references, and changes nothing but its result.
bool is_int_arithmetic(const InstructionList& list, const Instruction& i) {
  if (i.opcode != Opcode::kOp || i.results.size() != 1) return false;
  const std::optional<Intrinsic>& intrinsic = list.intrinsics[i.number];
  return intrinsic &&
         (intrinsic->code == Code::kAddInt || intrinsic->code == Code::kSubInt || intrinsic->code == Code::kMulInt);
}

bool looks_into(const InstructionList& list, std::size_t at, std::uint32_t container) {
  const Instruction& i = list.items[at];
  if (i.inputs.empty() || !is_dying(i.inputs[0], container) || reads(i.inputs.subspan(1), container)) return false;
  switch (i.opcode) {
    case Opcode::kUnpack:
    case Opcode::kTupleItem:
    case Opcode::kGetAttribute:
      return true;
    case Opcode::kOp: {
      const std::optional<Intrinsic>& intrinsic = list.intrinsics[i.number];
      if (intrinsic && intrinsic->references > 0) return intrinsic->arity == i.inputs.size() && i.results.size() == 1;
      return list_change_at(list, at) != ListChange::kNone;
    }
    default:
      return false;
  }
}

}  // namespace

ListChange list_change_at(const InstructionList& list, std::size_t at) {
  const Instruction& i = list.items[at];
  if (i.opcode != Opcode::kOp || i.results.size() != 1 || !is_dropped_next(list, at)) return ListChange::kNone;
  const std::string& name = list.op_names[i.number];
  const bool appends = name == "aten::append.t" && i.inputs.size() == 2;
  const bool sets = name == "aten::_set_item.t" && i.inputs.size() == 3;
  if (!appends && !sets) return ListChange::kNone;
  const Operand changed{i.inputs[0]};
  if (changed.kind() == Operand::kConstant || reads(i.inputs.subspan(1), changed.index())) return ListChange::kNone;
  return appends ? ListChange::kAppend : ListChange::kSetItem;
}

bool is_result_looked_into(const InstructionList& list, std::size_t at) {
  const std::uint32_t result = list.items[at].results[0];
  for (std::size_t next = at + 1; next < list.items.size() && !list.is_target(next); ++next) {
    if (looks_into(list, next, result)) return true;
    const Instruction& between = list.items[next];
    if (!is_int_arithmetic(list, between) || reads(between.inputs, result) || between.results[0] == result)
      return false;
  }
  return false;
}

std::uint32_t destination_after_constant(const InstructionList& list, std::size_t at) {
  const std::uint32_t label = list.items[at].label;
  if (at == 0 || list.is_target(at) || list.items[at - 1].opcode != Opcode::kMove) return label;
  const Operand constant{list.items[at - 1].inputs[0]};
  if (constant.kind() != Operand::kConstant) return label;
  const ConstantTag tag = list.constants[constant.index()].tag;
  if (tag != ConstantTag::kTrue && tag != ConstantTag::kFalse) return label;
  const auto found = std::lower_bound(list.items.begin(), list.items.end(), label,
                                      [](const Instruction& i, std::uint32_t word) { return i.word < word; });
  if (found == list.items.end()) return label;
  const bool decides = (found->opcode == Opcode::kJumpIfFalse || found->opcode == Opcode::kJumpIfTrue) &&
                       found->label > found->word && is_dying(found->inputs[0], list.items[at - 1].results[0]);
  if (!decides) return label;
  const bool jumps = (found->opcode == Opcode::kJumpIfTrue) == (tag == ConstantTag::kTrue);
  return jumps ? found->label : found->next;
}

}  // namespace portfire
