// Runs functions: one interpreter per call from the host, per forked call, and per call from inside an op.
//
// The program's calls do not recurse on the C++ stack: frames lie in `frames_`, their registers in `stack_`. The loop
// is in interpreter_loop.cpp, what the rarer instructions do in instructions.cpp, errors and handlers in unwinding.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "execution/frame.h"
#include "portfire/call_context.h"
#include "portfire/program.h"
#include "program/linked_program.h"

namespace portfire {

class Interpreter {
 public:
  explicit Interpreter(const CallOptions& options);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // Runs `function` to its end. `arguments`: one per parameter. Called once.
  Value run(const Function& function, std::vector<Value> arguments);

  // A call from inside an op of `outer`'s.
  static Value run_nested(CallContext& outer, const Function& function, std::vector<Value> arguments);

 private:
  friend class CallContext;
  using Word = std::uint32_t;

  Interpreter(const CallOptions& options, std::shared_ptr<CallContext::Budget> budget, std::uint32_t depth,
              std::uint32_t nesting);

  // --- frames ---
  // Pushes a frame whose arguments are the operands, read in the current one.
  void enter(const FunctionCode& callee, const Word* operands, std::size_t count, const Word* return_to, Word result);
  // The same with arguments that lie in values: they are moved.
  void enter_with(const FunctionCode& callee, std::span<Value> arguments, const Word* return_to, Word result);
  Value* push_frame(const FunctionCode& callee, const Word* return_to, Word result);
  void pop_frame() noexcept;
  void load_frame() noexcept;
  void keep_alive(const Program& program);

  // --- operands of the current frame ---
  const Value& peek(Word bits) const noexcept {
    const Operand o{bits};
    return o.kind() == Operand::kConstant ? constants_[o.index()] : registers_[o.index()];
  }
  Value take(Word bits) const noexcept {
    const Operand o{bits};
    if (o.kind() == Operand::kRegisterLastUse) return std::move(registers_[o.index()]);
    return peek(bits);
  }
  void release(Word bits) const noexcept {
    const Operand o{bits};
    if (o.kind() == Operand::kRegisterLastUse) registers_[o.index()] = Value();
  }
  std::vector<Value> take_all(const Word* operands, std::size_t count) const;

  // --- the loop ---
  Value loop();
  Value execute();
  // Each runs the instruction at ip_ and gives the next one.
  const Word* call_op();
  const Word* call_function();
  const Word* call_method();
  const Word* call_value();
  const Word* get_attribute();
  const Word* set_attribute();
  const Word* make_tuple();
  const Word* make_list();
  const Word* make_dict();
  const Word* unpack();
  const Word* tuple_item();
  const Word* make_object();
  const Word* is_instance();
  const Word* raise();
  const Word* reraise();
  const Word* fork();
  const Word* wait();
  const Word* guard();
  const Word* print();
  const Word* check_type();
  // Calls the op of an intrinsic whose operands are not what it hoped for.
  void call_intrinsic_op();
  void call_set_item_op();
  bool is_one_of(const Value& v, const Word* types, std::size_t count) const;
  std::uint32_t find_slot(const Object& object) const;
  // Whether `holder` is an object whose slot for this place was found before.
  bool is_slot_known(const Value& holder, Word cache, std::uint32_t& slot) const noexcept {
    if (!holder.is_object()) [[unlikely]]
      return false;
    const std::uint64_t word = code_->caches[cache].load(std::memory_order_relaxed);
    slot = static_cast<std::uint32_t>(word);
    return is_cached(word, static_cast<const Object*>(holder.box())->class_info(), code_->program->program);
  }
  // What a cache word says: the class's number in its program + 1, and the slot or method found there.
  static bool is_cached(std::uint64_t word, const ClassInfo& cls, const Program* program) noexcept {
    return word >> 32U == static_cast<std::uint64_t>(cls.id()) + 1 && &cls.program() == program;
  }
  const Function& find_method(const Object& object) const;

  // --- errors ---
  // Pops frames until one handles the error; then the frame is ready to go on at ip_. False if none does.
  bool unwind(Error& error);
  const Handler* find_handler(const Error& error, std::uint32_t offset) const;
  void enter_handler(const Handler& handler, const Error& error);

  CallContext context_;
  RegisterStack stack_;
  std::vector<Frame> frames_;
  // The innermost frame, unpacked.
  const FunctionCode* code_ = nullptr;
  Value* registers_ = nullptr;
  const Value* constants_ = nullptr;
  const Word* ip_ = nullptr;  // the instruction being run

  std::shared_ptr<const Program> maker_;              // of the last object made here: the next one's, most often
  std::vector<std::shared_ptr<const Program>> kept_;  // other programs whose functions run here
  Value caught_;                                      // what a handler was given last,
  std::unique_ptr<Error> caught_error_;               // and the error it was made of: for raising it again
};

}  // namespace portfire
