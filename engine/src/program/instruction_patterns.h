// What can be said of an instruction from those that follow it: whether its result is dropped, or only looked into.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/program_image.h"
#include "program/instruction.h"
#include "program/intrinsics.h"

namespace portfire {

// A function's instructions as they stand in the file, with what is known of its operators.
struct InstructionList {
  std::vector<Instruction> items;
  std::vector<bool> targets;  // by word: whether control can arrive there from elsewhere
  const std::vector<std::optional<Intrinsic>>& intrinsics;
  const std::vector<std::string>& op_names;
  const std::vector<ConstantRecord>& constants;

  bool is_target(std::size_t at) const { return targets[items[at].word]; }
};

// The change of a list in place by one item: `list.append(x)` or `list[i] = x`, whose result (the list again) the next
// instruction drops.
enum class ListChange { kNone, kAppend, kSetItem };
ListChange list_change_at(const InstructionList& list, std::size_t at);

// Whether the one result of the instruction is a container that only the next instruction reads, to take something out
// of it (an item, its length) or to change it in place. Until then the container lives in what it was read from: it
// needs no reference of its own. Arithmetic on ints may stand between.
bool is_result_looked_into(const InstructionList& list, std::size_t at);

// Where a jump forward leads: past the branch it arrives at, if the move before the jump says how that one decides.
std::uint32_t destination_after_constant(const InstructionList& list, std::size_t at);

}  // namespace portfire
