// fork: a call on another thread, or on the one that waits for it.
#include <thread>

#include "execution/interpreter.h"
#include "execution/thread_pool.h"
#include "portfire/future.h"

namespace portfire {
namespace {

Executor& own_pool(const LinkedProgram& program) {
  LazyPool& lazy = *program.lazy_pool;
  std::call_once(lazy.made,
                 [&] { lazy.pool = std::make_shared<ThreadPool>(std::max(1U, std::thread::hardware_concurrency())); });
  return *lazy.pool;
}

}  // namespace

const Interpreter::Word* Interpreter::fork() {
  const LinkedProgram& program = *code_->program;
  const Function& callee = *program.functions[ip_[1]];
  const std::size_t count = ip_[3];
  context_.charge(1);
  // The task owns all it needs: it may outlive this call, and this handle to the program.
  auto task = [owner = program.program->shared_from_this(), &callee, options = context_.options_,
               budget = context_.budget_, depth = context_.depth_, nesting = context_.nesting_ + 1,
               arguments = take_all(ip_ + 4, count)]() mutable -> Value {
    Interpreter inner(options, budget, depth, nesting);
    return inner.run(callee, std::move(arguments));
  };
  auto future = make_box<Future>(callee.return_type(), std::move(task));
  registers_[ip_[2]] = Value(Tag::kFuture, future);
  Executor& executor = context_.options_.executor ? *context_.options_.executor : own_pool(program);
  executor.post([future] { future->run(); });
  return ip_ + 4 + count;
}

}  // namespace portfire
