#include "program/instruction.h"

namespace portfire {
namespace {

// clang-format off
// One letter per field, in order: p op, f function, s string, t type, c class, v item number, o operand, r register,
// L label, O R T lists of operands, registers, types, e an extra operand, z a zero.
constexpr const char* kLayouts[kOpcodeCount] = {
    "pOR",  // op
    "or",   // move
    "L",    // jump
    "oL",   // jump if false
    "oL",   // jump if true
    "o",    // return
    "fOr",  // call
    "sOr",  // call method
    "sor",  // get attribute
    "soo",  // set attribute
    "tOr",  // make tuple
    "tOr",  // make list
    "tOr",  // make dict
    "oR",   // unpack
    "ovr",  // tuple item
    "cr",   // make object
    "Tor",  // is instance
    "oo",   // raise
    "fOr",  // fork
    "or",   // wait
    "R",    // drop
    "roL",  // loop test
    "rL",   // loop next
    "os",   // guard
    "O",    // print
    "o",    // reraise
    "oTez", // check type
    "eOr",  // call value
};
// clang-format on

class FieldReader {
 public:
  FieldReader(std::span<const std::uint32_t> code, std::uint32_t at) : code_(code), at_(at) {}

  bool read(char field, Instruction& to) {
    switch (field) {
      case 'p':
        return number(NumberKind::kOp, to);
      case 'f':
        return number(NumberKind::kFunction, to);
      case 's':
        return number(NumberKind::kString, to);
      case 't':
        return number(NumberKind::kType, to);
      case 'c':
        return number(NumberKind::kClass, to);
      case 'v':
        return number(NumberKind::kItem, to);
      case 'o':
        return single(to.inputs);
      case 'r':
        return single(to.results);
      case 'O':
        return list(to.inputs);
      case 'R':
        return list(to.results);
      case 'T':
        return list(to.types);
      case 'L':
        to.has_label = true;
        return word(to.label);
      case 'e':
        to.has_extra = true;
        return word(to.extra);
      default: {
        std::uint32_t zero = 0;
        return word(zero) && zero == 0;
      }
    }
  }
  std::uint32_t at() const { return at_; }

 private:
  bool word(std::uint32_t& to) {
    if (at_ >= code_.size()) return false;
    to = code_[at_++];
    return true;
  }
  bool number(NumberKind kind, Instruction& to) {
    to.number_kind = kind;
    return word(to.number);
  }
  // A second single field lies right behind the first: the span grows.
  bool single(std::span<const std::uint32_t>& to) {
    if (at_ >= code_.size()) return false;
    to = to.empty() ? code_.subspan(at_, 1) : std::span(to.data(), to.size() + 1);
    ++at_;
    return true;
  }
  bool list(std::span<const std::uint32_t>& to) {
    std::uint32_t count = 0;
    if (!word(count) || count > code_.size() - at_) return false;
    to = code_.subspan(at_, count);
    at_ += count;
    return true;
  }

  std::span<const std::uint32_t> code_;
  std::uint32_t at_;
};

}  // namespace

bool read_instruction(std::span<const std::uint32_t> code, std::uint32_t word, Instruction& instruction) {
  instruction = Instruction{};
  if (word >= code.size() || code[word] >= kOpcodeCount) return false;
  instruction.opcode = static_cast<Opcode>(code[word]);
  instruction.word = word;
  FieldReader reader(code, word + 1);
  for (const char* field = kLayouts[code[word]]; *field; ++field) {
    if (!reader.read(*field, instruction)) return false;
  }
  instruction.next = reader.at();
  return true;
}

}  // namespace portfire
