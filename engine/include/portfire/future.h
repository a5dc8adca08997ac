// The result of a forked call, now or later.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "portfire/value.h"

namespace portfire {

// Thread safe. A future that carries its task (a forked call) is run by whoever comes first: the pool, or the thread
// that waits for it; so waiting inside a forked call can never starve the pool.
class PORTFIRE_EXPORT Future final : public Box {
 public:
  // `element`: the type of the result. `task` computes it; empty for a future that the host completes.
  explicit Future(TypePtr element, std::function<Value()> task = {});
  ~Future() override;

  const TypePtr& element() const noexcept { return element_; }
  bool done() const;
  // Runs the task on this thread if nobody has started it yet; returns at once otherwise.
  void run();
  // Blocks until done. The result, or throws what the call threw.
  Value wait();
  // For a future without a task. The first of these calls counts.
  void set_value(Value value);
  void set_error(std::exception_ptr error);
  // Calls `callback` once, when done: on the thread that completes the future, or here if it is done already.
  void on_done(std::function<void()> callback);

 private:
  void complete(Value value, std::exception_ptr error);

  const TypePtr element_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::function<Value()> task_;
  bool done_ = false;
  Value value_;
  std::exception_ptr error_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace portfire
