#include "program/code_emitter.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "portfire/op.h"
#include "program/instruction.h"
#include "program/instruction_patterns.h"
#include "program/linked_program.h"

namespace portfire {
namespace {

using Words = std::vector<std::uint32_t>;

bool is_plain(const ConstantRecord& c) { return c.tag <= ConstantTag::kFloat || c.tag == ConstantTag::kStr; }
bool is_register(Operand o) { return o.kind() != Operand::kConstant; }
bool contains(const Words& words, std::uint32_t w) { return std::find(words.begin(), words.end(), w) != words.end(); }

class CodeEmitter {
 public:
  CodeEmitter(const LinkedProgram& program, const ProgramImage& image, const FunctionRecord& record,
              const std::vector<std::optional<Intrinsic>>& intrinsics)
      : program_(program),
        image_(image),
        record_(record),
        list_{{}, {}, intrinsics, program.op_names, program.constant_records} {}

  std::unique_ptr<FunctionCode> run() {
    code_ = std::make_unique<FunctionCode>();
    scan();
    offsets_.assign(record_.code.size() + 1, kUnset);
    for (at_ = 0; at_ < list_.items.size(); ++at_) {
      offsets_[list_.items[at_].word] = here();
      emit_reading_borrowed(list_.items[at_]);
    }
    finish();
    return std::move(code_);
  }

 private:
  static constexpr std::uint32_t kUnset = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t here() const { return static_cast<std::uint32_t>(code_->words.size()); }
  void put(std::uint32_t word) { code_->words.push_back(word); }
  void put(Code code) { put(static_cast<std::uint32_t>(code)); }
  void put_all(std::span<const std::uint32_t> words) {
    code_->words.insert(code_->words.end(), words.begin(), words.end());
  }
  void put_label(std::uint32_t word) {
    fixups_.emplace_back(here(), word);
    put(0);
  }

  // Finds where control can arrive from elsewhere, and how many scratch registers are needed.
  void scan() {
    std::vector<bool>& targets = list_.targets;
    targets.assign(record_.code.size() + 1, false);
    Instruction i;
    for (std::uint32_t word = 0; word < record_.code.size(); word = i.next) {
      read_instruction(record_.code, word, i);
      list_.items.push_back(i);
      if (i.has_label && i.opcode != Opcode::kCheckType) targets[i.label] = true;
      if (results_overlap(i)) scratch_count_ = std::max(scratch_count_, static_cast<std::uint32_t>(i.results.size()));
    }
    for (const HandlerRecord& h : record_.handlers) targets[h.begin] = targets[h.end] = targets[h.target] = true;
  }

  // Whether an op with several results could overwrite an argument with its first result.
  static bool results_overlap(const Instruction& i) {
    if (i.opcode != Opcode::kOp || i.results.size() < 2) return false;
    return std::any_of(i.inputs.begin(), i.inputs.end(), [&](std::uint32_t bits) {
      const Operand o{bits};
      return is_register(o) && std::find(i.results.begin(), i.results.end(), o.index()) != i.results.end();
    });
  }

  std::uint32_t scratch(std::uint32_t i = 0) const { return record_.register_count + i; }

  // The register that holds a copy of a constant.
  std::uint32_t constant_register(Index constant) {
    const auto next = static_cast<std::uint32_t>(code_->frame_constants.size());
    const auto [it, is_new] = constant_registers_.emplace(constant, scratch(scratch_count_) + next);
    if (is_new) code_->frame_constants.push_back(program_.constants[constant]);
    return it->second;
  }

  // Whether an operand can be read in place, in a register of the frame.
  bool is_in_frame(Operand o) const { return is_register(o) || is_plain(program_.constant_records[o.index()]); }
  std::uint32_t frame_register(std::uint32_t bits) {
    const Operand o{bits};
    if (is_register(o)) return o.index();
    if (is_in_frame(o)) return constant_register(o.index());
    put(Code::kLoad);
    put(o.index());
    put(scratch());
    return scratch();
  }

  // The register for what is looked into without a reference of its own. It is never released.
  std::uint32_t borrowing_register() {
    if (borrowing_register_ == kUnset) {
      borrowing_register_ = scratch(scratch_count_) + static_cast<std::uint32_t>(code_->frame_constants.size());
      code_->frame_constants.emplace_back();
    }
    return borrowing_register_;
  }

  // Whether the instruction's result may stay where it is read from until the next instruction has looked into it.
  bool borrows(const Instruction& i) {
    const bool source_lives = is_register(Operand{i.inputs[0]}) && Operand{i.inputs[0]}.kind() == Operand::kRegister;
    if (!source_lives || !is_result_looked_into(list_, at_)) return false;
    borrowed_ = i.results[0];
    return true;
  }

  // An instruction that looks into what was borrowed reads it from the borrowing register.
  void emit_reading_borrowed(Instruction i) {
    const bool reads_it =
        borrowed_ != kUnset && !i.inputs.empty() && i.inputs[0] == (borrowed_ << 2U | Operand::kRegisterLastUse);
    if (!reads_it) return emit(i);
    Words inputs(i.inputs.begin(), i.inputs.end());
    inputs[0] = borrowing_register() << 2U | Operand::kRegister;
    i.inputs = inputs;
    borrowed_ = kUnset;
    emit(i);
  }

  void emit(const Instruction& i) {
    switch (i.opcode) {
      case Opcode::kOp:
        return emit_op(i);
      case Opcode::kMove:
        return emit_move(Operand{i.inputs[0]}, i.results[0]);
      case Opcode::kJump:
        put(i.label <= i.word ? Code::kJumpBack : Code::kJump);
        return put_label(i.label <= i.word ? i.label : destination_after_constant(list_, at_));
      case Opcode::kJumpIfFalse:
      case Opcode::kJumpIfTrue:
        return emit_branch(i);
      case Opcode::kCall:
      case Opcode::kFork:
        return emit_call(i);
      case Opcode::kCallMethod:
        put(Code::kCallMethod);
        put(i.number);
        put(cache_count_++);
        return put_result_and_inputs(i);
      case Opcode::kCallValue:
        put(Code::kCallValue);
        put(i.extra);
        return put_result_and_inputs(i);
      case Opcode::kGetAttribute:
        return emit_get_attribute(i);
      case Opcode::kSetAttribute:
        put(Code::kSetAttribute);
        put(i.number);
        put(cache_count_++);
        return put_all(i.inputs);
      case Opcode::kMakeTuple:
      case Opcode::kMakeList:
      case Opcode::kMakeDict:
        put(i.opcode == Opcode::kMakeTuple ? Code::kMakeTuple
                                           : (i.opcode == Opcode::kMakeList ? Code::kMakeList : Code::kMakeDict));
        put(i.number);
        return put_result_and_inputs(i);
      case Opcode::kLoopTest:
      case Opcode::kLoopNext:
        return emit_loop(i);
      default:
        return emit_simple(i);
    }
  }

  // The instructions whose fields are stored as they are.
  void emit_simple(const Instruction& i) {
    switch (i.opcode) {
      case Opcode::kReturn:
        put(Code::kReturn);
        return put_all(i.inputs);
      case Opcode::kUnpack:
        put(Code::kUnpack);
        put_all(i.inputs);
        return put_list(i.results);
      case Opcode::kTupleItem:
        return emit_tuple_item(i);
      case Opcode::kMakeObject:
        put(Code::kMakeObject);
        put(i.number);
        return put_all(i.results);
      case Opcode::kIsInstance:
        put(Code::kIsInstance);
        put_all(i.inputs);
        put_all(i.results);
        return put_list(i.types);
      case Opcode::kRaise:
        put(Code::kRaise);
        return put_all(i.inputs);
      case Opcode::kReraise:
        put(Code::kReraise);
        return put_all(i.inputs);
      case Opcode::kWait:
        put(Code::kWait);
        put_all(i.inputs);
        return put_all(i.results);
      case Opcode::kDrop:
        return emit_drop(i);
      case Opcode::kGuard:
        put(Code::kGuard);
        put_all(i.inputs);
        return put(i.number);
      case Opcode::kPrint:
        put(Code::kPrint);
        return put_list(i.inputs);
      case Opcode::kCheckType:
        put(Code::kCheckType);
        put_all(i.inputs);
        put(i.extra);
        return put_list(i.types);
      default:
        throw Error(ErrorCode::kInternal, "an instruction has no code");
    }
  }

  void emit_get_attribute(const Instruction& i) {
    const bool borrowing = borrows(i);
    put(borrowing ? Code::kBorrowAttribute : Code::kGetAttribute);
    put(i.number);
    put(cache_count_++);
    put_all(i.inputs);
    put(borrowing ? borrowing_register() : i.results[0]);
  }

  void emit_tuple_item(const Instruction& i) {
    const bool borrowing = borrows(i);
    put(borrowing ? Code::kBorrowTupleItem : Code::kTupleItem);
    put(borrowing ? Operand{i.inputs[0]}.index() : i.inputs[0]);
    put(i.number);
    put(borrowing ? borrowing_register() : i.results[0]);
  }

  void put_list(std::span<const std::uint32_t> words) {
    put(static_cast<std::uint32_t>(words.size()));
    put_all(words);
  }
  void put_result_and_inputs(const Instruction& i) {
    put(i.results[0]);
    put_list(i.inputs);
  }

  void emit_move(Operand from, std::uint32_t to) {
    if (is_register(from) && from.index() == to) return;
    if (from.kind() == Operand::kConstant) {
      put(Code::kLoad);
    } else {
      put(from.kind() == Operand::kRegisterLastUse ? Code::kSteal : Code::kCopy);
    }
    put(from.index());
    put(to);
  }

  void emit_call(const Instruction& i) {
    put(i.opcode == Opcode::kCall ? Code::kCall : Code::kFork);
    put(i.number);
    put(i.results[0]);
    const std::vector<ParameterRecord>& parameters = image_.functions[i.number].parameters;
    put(static_cast<std::uint32_t>(parameters.size()));
    put_all(i.inputs);
    for (std::size_t p = i.inputs.size(); p < parameters.size(); ++p) {
      put(parameters[p].default_value << 2U | Operand::kConstant);
    }
  }

  void emit_op(const Instruction& i) {
    if (emit_intrinsic(i) || emit_list_change(i)) return;
    const Words inputs = without_repeated_last_uses(i.inputs);
    const bool overlap = results_overlap(i);
    Words results(i.results.begin(), i.results.end());
    if (overlap) {
      for (std::uint32_t k = 0; k < results.size(); ++k) results[k] = scratch(k);
    }
    const Words cleared = cleared_registers(i.inputs, results);
    put(Code::kOp);
    put(i.number);
    put(static_cast<std::uint32_t>(inputs.size()));
    put(static_cast<std::uint32_t>(results.size()));
    put(static_cast<std::uint32_t>(cleared.size()));
    put_all(inputs);
    put_all(results);
    put_all(cleared);
    if (!overlap) return;
    for (std::uint32_t k = 0; k < results.size(); ++k) {
      emit_move(Operand{results[k] << 2U | Operand::kRegisterLastUse}, i.results[k]);
    }
  }

  // A register that is two arguments is moved out of by neither.
  static Words without_repeated_last_uses(std::span<const std::uint32_t> inputs) {
    Words out(inputs.begin(), inputs.end());
    for (std::uint32_t& bits : out) {
      const Operand o{bits};
      if (o.kind() != Operand::kRegisterLastUse) continue;
      const auto same = [&](std::uint32_t b) { return is_register(Operand{b}) && Operand{b}.index() == o.index(); };
      if (std::count_if(inputs.begin(), inputs.end(), same) > 1) bits = o.index() << 2U | Operand::kRegister;
    }
    return out;
  }

  static Words cleared_registers(std::span<const std::uint32_t> inputs, const Words& results) {
    Words out;
    for (const std::uint32_t bits : inputs) {
      const Operand o{bits};
      const bool dies =
          o.kind() == Operand::kRegisterLastUse && !contains(results, o.index()) && !contains(out, o.index());
      if (dies) out.push_back(o.index());
    }
    return out;
  }

  bool emit_intrinsic(const Instruction& i) {
    const std::optional<Intrinsic>& intrinsic = list_.intrinsics[i.number];
    if (!intrinsic || i.inputs.size() != intrinsic->arity || i.results.size() != 1) return false;
    for (const std::uint32_t bits : i.inputs) {
      if (!is_in_frame(Operand{bits})) return false;
    }
    if (intrinsic->code == Code::kListItem && borrows(i)) {
      const std::uint32_t index = frame_register(i.inputs[1]);
      put(Code::kBorrowItem);
      put(Operand{i.inputs[0]}.index());
      put(index);
      put(scratch());
      put(i.number);
      put(borrowing_register());
      return true;
    }
    const std::uint32_t a = intrinsic_register(i, 0, *intrinsic);
    const std::uint32_t b = i.inputs.size() > 1 ? intrinsic_register(i, 1, *intrinsic) : kNoRegister;
    if (emit_fused_branch(i, intrinsic->code, a, b)) return true;
    put(intrinsic->code);
    put(a);
    put(b);
    put(i.results[0]);
    put(i.number);
    return true;
  }

  // The register of an operand, marked if the instruction is to release it: one that dies and may hold a reference.
  std::uint32_t intrinsic_register(const Instruction& i, std::size_t operand, const Intrinsic& intrinsic) {
    const std::uint32_t bits = i.inputs[operand];
    const std::uint32_t index = frame_register(bits);
    const bool dies = Operand{bits}.kind() == Operand::kRegisterLastUse && index != i.results[0];
    return dies && operand < intrinsic.references ? index | kDies : index;
  }

  // `list.append(x)` and `list[i] = x`, whose result (the list again) is dropped at once: it is never made.
  bool emit_list_change(const Instruction& i) {
    const ListChange change = list_change_at(list_, at_);
    if (change == ListChange::kNone) return false;
    const Operand operand{i.inputs[0]};
    const bool dies = operand.kind() == Operand::kRegisterLastUse;
    const std::uint32_t changed = dies ? operand.index() | kDies : operand.index();
    if (change == ListChange::kAppend) {
      put(Code::kAppendItem);
      put(changed);
    } else {
      if (!is_in_frame(Operand{i.inputs[1]})) return false;
      const std::uint32_t index = frame_register(i.inputs[1]);
      put(Code::kSetItem);
      put(changed);
      put(index);
      put(scratch());
      put(i.number);
    }
    put(i.inputs.back());
    never_made_ = i.results[0];
    return true;
  }

  void emit_drop(const Instruction& i) {
    Words dropped;
    for (const std::uint32_t r : i.results) {
      if (r != never_made_) dropped.push_back(r);
    }
    never_made_ = kUnset;
    if (dropped.empty()) return;
    put(Code::kDrop);
    put_list(dropped);
  }

  // Whether the instruction at `at` reads `condition` for the last time, and is only reached from the one before.
  bool continues(std::size_t at, std::uint32_t condition) const {
    if (at >= list_.items.size() || list_.is_target(at)) return false;
    const Instruction& i = list_.items[at];
    return i.inputs.size() == 1 && i.inputs[0] == (condition << 2U | Operand::kRegisterLastUse);
  }

  // A comparison whose result, or its negation, only decides the next jump becomes one instruction with it.
  bool emit_fused_branch(const Instruction& i, Code comparison, std::uint32_t a, std::uint32_t b) {
    const std::optional<Code> branch = branch_of(comparison);
    if (!branch) return false;
    std::size_t at = at_ + 1;
    std::uint32_t condition = i.results[0];
    bool negated = false;
    while (moves_beside(at, condition, a, b)) ++at;
    if (continues(at, condition) && is_negation(list_.items[at])) {
      condition = list_.items[at++].results[0];
      negated = true;
    }
    if (!continues(at, condition)) return false;
    const Instruction& jump = list_.items[at];
    if (jump.opcode != Opcode::kJumpIfFalse && jump.opcode != Opcode::kJumpIfTrue) return false;
    const bool jumps_if_false = (jump.opcode == Opcode::kJumpIfFalse) != negated;
    for (std::size_t move = at_ + 1; list_.items[move].opcode == Opcode::kMove; ++move) {
      const Operand from{list_.items[move].inputs[0]};
      const std::uint32_t to = list_.items[move].results[0];
      emit_move(from, to);
      if (from.kind() != Operand::kRegisterLastUse) continue;
      if (a == from.index()) a = to;
      if (b == from.index()) b = to;
    }
    if (jump.label <= jump.word) put(Code::kStep);
    put(*branch);
    put(a);
    put(b);
    put(i.results[0]);
    put(i.number);
    put_label(jumps_if_false ? jump.label : jump.next);
    put_label(jumps_if_false ? jump.next : jump.label);
    while (at_ < at) offsets_[list_.items[++at_].word] = here();
    return true;
  }

  // Whether a move between a comparison of `a` and `b` and the jump on its result may as well come before both.
  bool moves_beside(std::size_t at, std::uint32_t condition, std::uint32_t a, std::uint32_t b) const {
    if (at >= list_.items.size() || list_.is_target(at) || list_.items[at].opcode != Opcode::kMove) return false;
    const Operand from{list_.items[at].inputs[0]};
    const std::uint32_t to = list_.items[at].results[0];
    const bool reads_condition = is_register(from) && from.index() == condition;
    const bool releases = ((a | (b == kNoRegister ? 0 : b)) & kDies) != 0;
    return !reads_condition && !releases && to != condition && to != a && to != b;
  }

  bool is_negation(const Instruction& i) const {
    if (i.opcode != Opcode::kOp || i.results.size() != 1) return false;
    const std::optional<Intrinsic>& intrinsic = list_.intrinsics[i.number];
    return intrinsic && intrinsic->code == Code::kNot;
  }

  void emit_branch(const Instruction& i) {
    if (i.label <= i.word) put(Code::kStep);
    const std::uint32_t condition = frame_register(i.inputs[0]);
    put(i.opcode == Opcode::kJumpIfFalse ? Code::kJumpIfFalse : Code::kJumpIfTrue);
    put(condition);
    put_label(i.label);
  }

  void emit_loop(const Instruction& i) {
    if (i.opcode == Opcode::kLoopTest) {
      if (i.label <= i.word) put(Code::kStep);
      const std::uint32_t limit = frame_register(i.inputs[0]);
      put(Code::kLoopTest);
      put(i.results[0]);
      put(limit);
      return put_label(i.label);
    }
    Instruction test;
    read_instruction(record_.code, i.label, test);
    const bool fits =
        test.opcode == Opcode::kLoopTest && test.results[0] == i.results[0] && is_in_frame(Operand{test.inputs[0]});
    if (!fits) {
      put(Code::kLoopNext);
      put(i.results[0]);
      return put_label(i.label);
    }
    const std::uint32_t limit = frame_register(test.inputs[0]);
    put(Code::kLoopNextTest);
    put(i.results[0]);
    put(limit);
    put_label(test.next);
    put_label(test.label);
  }

  void finish() {
    spread_offsets();
    for (const auto& [at, word] : fixups_) code_->words[at] = offsets_[word];
    code_->program = &program_;
    code_->parameter_count = static_cast<std::uint32_t>(record_.parameters.size());
    code_->owned_registers = record_.register_count + scratch_count_;
    code_->frame_size = code_->owned_registers + static_cast<std::uint32_t>(code_->frame_constants.size());
    code_->caches = std::make_unique<std::atomic<std::uint64_t>[]>(cache_count_);
    for (const HandlerRecord& h : record_.handlers) {
      code_->handlers.push_back({offsets_[h.begin], offsets_[h.end], offsets_[h.target], h.result, h.classes});
    }
    for (const PositionRecord& p : record_.positions) {
      const std::uint32_t offset = p.word < offsets_.size() ? offsets_[p.word] : kUnset;
      code_->positions.push_back({offset, p.source, p.line, p.column, p.function, p.inlined_through});
    }
  }

  // A word in the middle of an instruction counts as the next instruction.
  void spread_offsets() {
    offsets_.back() = here();
    for (std::size_t w = offsets_.size() - 1; w-- > 0;) {
      if (offsets_[w] == kUnset) offsets_[w] = offsets_[w + 1];
    }
  }

  const LinkedProgram& program_;
  const ProgramImage& image_;
  const FunctionRecord& record_;

  std::unique_ptr<FunctionCode> code_;
  InstructionList list_;
  std::size_t at_ = 0;                  // the instruction being emitted
  std::vector<std::uint32_t> offsets_;  // by word of the file's code
  std::vector<std::pair<std::uint32_t, std::uint32_t>> fixups_;
  std::unordered_map<Index, std::uint32_t> constant_registers_;
  std::uint32_t borrowed_ = kUnset;  // the register whose value the borrowing register holds instead
  std::uint32_t borrowing_register_ = kUnset;
  std::uint32_t never_made_ = kUnset;  // the result of the instruction before, which only the next one, a drop, names
  std::uint32_t scratch_count_ = 1;
  std::uint32_t cache_count_ = 0;
};

}  // namespace

std::unique_ptr<FunctionCode> emit_code(const LinkedProgram& program, const ProgramImage& image,
                                        const FunctionRecord& record,
                                        const std::vector<std::optional<Intrinsic>>& intrinsics) {
  return CodeEmitter(program, image, record, intrinsics).run();
}

}  // namespace portfire
