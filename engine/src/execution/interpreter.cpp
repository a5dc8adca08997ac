// Frames: how calls begin and end.
#include "execution/interpreter.h"

#include <algorithm>
#include <cstring>

namespace portfire {
namespace {

constexpr std::uint32_t kMaxNesting = 64;  // interpreters on one C++ stack

}  // namespace

Interpreter::Interpreter(const CallOptions& options) : Interpreter(options, CallContext::make_budget(options), 0, 0) {}

Interpreter::Interpreter(const CallOptions& options, std::shared_ptr<CallContext::Budget> budget, std::uint32_t depth,
                         std::uint32_t nesting)
    : context_(options, std::move(budget), depth, nesting) {}

Interpreter::~Interpreter() {
  while (!frames_.empty()) pop_frame();
}

Value Interpreter::run(const Function& function, std::vector<Value> arguments) {
  if (context_.nesting_ > kMaxNesting) {
    throw Error(ErrorCode::kLimit, "RecursionError", "too many calls from ops and forks inside one another");
  }
  frames_.reserve(8);
  enter_with(function.code(), arguments, nullptr, 0);
  return loop();
}

Value Interpreter::run_nested(CallContext& outer, const Function& function, std::vector<Value> arguments) {
  Interpreter inner(outer.options_, outer.budget_, outer.depth_, outer.nesting_ + 1);
  return inner.run(function, std::move(arguments));
}

Value* Interpreter::push_frame(const FunctionCode& callee, const Word* return_to, Word result) {
  context_.charge(1);
  if (context_.depth_ >= context_.options_.max_depth) [[unlikely]] {
    throw Error(ErrorCode::kLimit, "RecursionError", "maximum recursion depth exceeded");
  }
  if (frames_.size() == frames_.capacity()) frames_.reserve(2 * frames_.size() + 1);  // before anything is pushed
  const RegisterStack::Mark mark = stack_.mark();
  Value* registers = stack_.push(callee.frame_size);
  if (!callee.frame_constants.empty()) {
    std::memcpy(static_cast<void*>(registers + callee.owned_registers), callee.frame_constants.data(),
                callee.frame_constants.size() * sizeof(Value));
  }
  frames_.push_back({&callee, registers, mark, return_to, result});
  ++context_.depth_;
  return registers;
}

void Interpreter::enter(const FunctionCode& callee, const Word* operands, std::size_t count, const Word* return_to,
                        Word result) {
  Value* registers = push_frame(callee, return_to, result);
  for (std::size_t i = 0; i < count; ++i) registers[i] = take(operands[i]);
  load_frame();
}

void Interpreter::enter_with(const FunctionCode& callee, std::span<Value> arguments, const Word* return_to,
                             Word result) {
  Value* registers = push_frame(callee, return_to, result);
  std::move(arguments.begin(), arguments.end(), registers);
  load_frame();
}

void Interpreter::load_frame() noexcept {
  const Frame& frame = frames_.back();
  code_ = frame.code;
  registers_ = frame.registers;
  constants_ = code_->program->constants.data();
  ip_ = code_->words.data();
}

// Leaves ip_ to the caller: it is where the call returns to, or a handler.
void Interpreter::pop_frame() noexcept {
  const Frame frame = frames_.back();
  for (std::uint32_t i = 0; i < frame.code->owned_registers; ++i) frame.registers[i] = Value();
  stack_.pop(frame.mark);
  frames_.pop_back();
  --context_.depth_;
  if (frames_.empty()) return;
  code_ = frames_.back().code;
  registers_ = frames_.back().registers;
  constants_ = code_->program->constants.data();
}

void Interpreter::keep_alive(const Program& program) {
  const auto is_it = [&](const std::shared_ptr<const Program>& p) { return p.get() == &program; };
  if (std::none_of(kept_.begin(), kept_.end(), is_it)) kept_.push_back(program.shared_from_this());
}

std::vector<Value> Interpreter::take_all(const Word* operands, std::size_t count) const {
  std::vector<Value> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) values.push_back(take(operands[i]));
  return values;
}

}  // namespace portfire
