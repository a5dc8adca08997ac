// The code of a linked function, as the interpreter runs it: words of 32 bits, made by code_emitter.cpp.
//
// Registers of a frame, in order: the program's own, one scratch register, and copies of the constants that the
// function's intrinsics use, so that those find all their operands in the frame. Among the latter is the borrowing
// register: a container's item that the next instructions only look into lies there without a reference of its own. A
// "register" field is a plain index into the frame; an "operand" field is `index << 2 | kind` as in the file; a "label"
// is an offset into `words`.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "portfire/value.h"

namespace portfire {

class Function;
struct LinkedProgram;

// clang-format off
// Each code with its fields. Lists come last, after their counts.
#define PORTFIRE_CODES(X)                                                   \
  X(Op)             /* op, inputs, results, cleared; operands, registers, registers */ \
  X(Copy)           /* register from, register to */                        \
  X(Steal)          /* register from, register to */                        \
  X(Load)           /* constant, register to */                             \
  X(Jump)           /* label */                                             \
  X(JumpBack)       /* label; takes a step */                               \
  X(Step)           /* takes a step */                                      \
  X(JumpIfFalse)    /* register, label */                                   \
  X(JumpIfTrue)     /* register, label */                                   \
  X(Return)         /* operand */                                           \
  X(Call)           /* function, result, count; operands */                 \
  X(CallMethod)     /* string, cache, result, count; operands */            \
  X(CallValue)      /* operand, result, count; operands */                  \
  X(GetAttribute)   /* string, cache, operand, result */                    \
  X(BorrowAttribute) /* as GetAttribute; the result, a borrowing register, holds no reference of its own */ \
  X(SetAttribute)   /* string, cache, operand object, operand value */      \
  X(MakeTuple)      /* type, result, count; operands */                     \
  X(MakeList)       /* type, result, count; operands */                     \
  X(MakeDict)       /* type, result, count; operands */                     \
  X(Unpack)         /* operand, count; registers */                         \
  X(TupleItem)      /* operand, item, result */                             \
  X(BorrowTupleItem) /* register, item, borrowing register */               \
  X(MakeObject)     /* class, result */                                     \
  X(IsInstance)     /* operand, result, count; types */                     \
  X(Raise)          /* operand message, operand class */                    \
  X(Reraise)        /* operand */                                           \
  X(Fork)           /* function, result, count; operands */                 \
  X(Wait)           /* operand, result */                                   \
  X(Drop)           /* count; registers */                                  \
  X(AppendItem)     /* register list, operand */                            \
  X(SetItem)        /* register list, register index, register scratch, op, operand */ \
  X(LoopTest)       /* register, register limit, label exit */              \
  X(LoopNext)       /* register, label test; takes a step */                \
  X(LoopNextTest)   /* register, register limit, label body, label exit; takes a step */ \
  X(Guard)          /* operand, string */                                   \
  X(Print)          /* count; operands */                                   \
  X(CheckType)      /* operand, operand message, count; types */            \
  X(AddInt)         /* intrinsics: register, register, register result, op */ \
  X(SubInt)                                                                 \
  X(MulInt)                                                                 \
  X(FloorDivInt)                                                            \
  X(RemainderInt)                                                           \
  X(AndInt)                                                                 \
  X(OrInt)                                                                  \
  X(XorInt)                                                                 \
  X(AddFloat)                                                               \
  X(SubFloat)                                                               \
  X(MulFloat)                                                               \
  X(DivFloat)                                                               \
  X(LtInt)                                                                  \
  X(LeInt)                                                                  \
  X(GtInt)                                                                  \
  X(GeInt)                                                                  \
  X(EqInt)                                                                  \
  X(NeInt)                                                                  \
  X(LtFloat)                                                                \
  X(LeFloat)                                                                \
  X(GtFloat)                                                                \
  X(GeFloat)                                                                \
  X(EqFloat)                                                                \
  X(NeFloat)                                                                \
  X(EqStr)                                                                  \
  X(NeStr)                                                                  \
  X(DictContains)   /* register dict, register key, register result, op */  \
  X(NegFloat)       /* register, unused, register result, op */             \
  X(MinInt)                                                                 \
  X(MaxInt)                                                                 \
  X(MinFloat)                                                               \
  X(MaxFloat)                                                               \
  X(BorrowItem)     /* register list, register index, register scratch, op, borrowing register */ \
  X(DictItem)       /* register dict, register key, register result, op */  \
  X(ListItem)       /* register list, register index, register result, op */ \
  X(ListLength)     /* register list, unused, register result, op */        \
  X(StringItem)     /* register string, register index, register result, op */ \
  X(StringLength)   /* register string, unused, register result, op */      \
  X(Not)            /* register, unused, register result, op */             \
  X(IfLtInt)        /* branches: register, register, register result, op, label if false, label if true */ \
  X(IfLeInt)                                                                \
  X(IfGtInt)                                                                \
  X(IfGeInt)                                                                \
  X(IfEqInt)                                                                \
  X(IfNeInt)                                                                \
  X(IfLtFloat)                                                              \
  X(IfLeFloat)                                                              \
  X(IfGtFloat)                                                              \
  X(IfGeFloat)                                                              \
  X(IfEqFloat)                                                              \
  X(IfNeFloat)                                                              \
  X(IfEqStr)                                                                \
  X(IfNeStr)                                                                \
  X(IfDictContains)
// clang-format on

// In a register field of an intrinsic that reads lists or strings: the register is to be released.
inline constexpr std::uint32_t kDies = std::uint32_t{1} << 31U;
// The second register of an intrinsic that has one operand.
inline constexpr std::uint32_t kNoRegister = ~std::uint32_t{0};

enum class Code : std::uint32_t {
#define PORTFIRE_CODE(name) k##name,
  PORTFIRE_CODES(PORTFIRE_CODE)
#undef PORTFIRE_CODE
};

struct Handler {
  std::uint32_t begin = 0;  // offsets into the words
  std::uint32_t end = 0;
  std::uint32_t target = 0;
  std::uint32_t result = 0;
  std::vector<std::uint32_t> classes;  // strings; empty: everything
};

struct Position {
  std::uint32_t offset = 0;  // of the first word it is true for
  std::uint32_t source = 0;  // + 1; 0: unknown
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t function = 0;                  // string
  std::vector<std::uint32_t> inlined_through;  // positions, outermost first
};

struct FunctionCode {
  const LinkedProgram* program = nullptr;
  const Function* function = nullptr;
  std::vector<std::uint32_t> words;
  std::uint32_t parameter_count = 0;
  std::uint32_t owned_registers = 0;   // the program's and the scratch register: they may hold references
  std::uint32_t frame_size = 0;        // with the copies of constants
  std::vector<Value> frame_constants;  // those constants: None, numbers and strings; frames borrow what they hold
  std::vector<Handler> handlers;
  std::vector<Position> positions;  // by offset; those at the end of time are only named by inlined_through
  // Where an attribute or method was found last: class id and slot or method index, packed in one word so that threads
  // may race; 0: nothing yet.
  std::unique_ptr<std::atomic<std::uint64_t>[]> caches;
};

}  // namespace portfire
