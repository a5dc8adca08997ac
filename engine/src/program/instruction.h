// The instructions of the file's code (docs/program-format.md, "Functions"): one table of their fields, and a reader.
//
// Used by the validator, which reads untrusted words, and by the linker, which reads checked ones.
#pragma once

#include <cstdint>
#include <span>

namespace portfire {

// clang-format off
enum class Opcode : std::uint32_t {
  kOp = 0, kMove = 1, kJump = 2, kJumpIfFalse = 3, kJumpIfTrue = 4, kReturn = 5, kCall = 6, kCallMethod = 7,
  kGetAttribute = 8, kSetAttribute = 9, kMakeTuple = 10, kMakeList = 11, kMakeDict = 12, kUnpack = 13, kTupleItem = 14,
  kMakeObject = 15, kIsInstance = 16, kRaise = 17, kFork = 18, kWait = 19, kDrop = 20, kLoopTest = 21, kLoopNext = 22,
  kGuard = 23, kPrint = 24, kReraise = 25, kCheckType = 26, kCallValue = 27,
};
// clang-format on
inline constexpr std::uint32_t kOpcodeCount = 28;

// What the number of an instruction counts.
enum class NumberKind : std::uint8_t { kNone, kOp, kFunction, kString, kType, kClass, kItem };

// One instruction of the code, as views of its words. Fields an instruction does not have are empty or 0.
struct Instruction {
  Opcode opcode = Opcode::kOp;
  std::uint32_t word = 0;  // where it starts
  std::uint32_t next = 0;  // where the following one starts
  NumberKind number_kind = NumberKind::kNone;
  std::uint32_t number = 0;
  bool has_label = false;
  std::uint32_t label = 0;
  std::span<const std::uint32_t> inputs;   // operands; CallValue and CheckType have one more, `extra`
  std::span<const std::uint32_t> results;  // registers
  std::span<const std::uint32_t> types;
  bool has_extra = false;
  std::uint32_t extra = 0;  // CallValue: the function; CheckType: the message
};

// Reads the instruction at `word`; false if the opcode is unknown or it goes beyond the code.
bool read_instruction(std::span<const std::uint32_t> code, std::uint32_t word, Instruction& instruction);

// Whether control never passes to the instruction after this one.
constexpr bool ends_flow(Opcode opcode) {
  return opcode == Opcode::kJump || opcode == Opcode::kReturn || opcode == Opcode::kRaise ||
         opcode == Opcode::kReraise || opcode == Opcode::kLoopNext;
}

}  // namespace portfire
