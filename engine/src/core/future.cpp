// Futures: completed once, by the pool, a waiting thread, or the host.
#include "portfire/future.h"

namespace portfire {

Future::Future(TypePtr element, std::function<Value()> task) : element_(std::move(element)), task_(std::move(task)) {}
Future::~Future() = default;

bool Future::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

void Future::run() {
  std::function<Value()> task;
  {
    const std::lock_guard lock(mutex_);
    task.swap(task_);
  }
  if (!task) return;
  try {
    complete(task(), nullptr);
  } catch (...) {
    complete(Value(), std::current_exception());
  }
}

Value Future::wait() {
  run();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_; });
  if (error_) std::rethrow_exception(error_);
  return value_;
}

void Future::set_value(Value value) { complete(std::move(value), nullptr); }
void Future::set_error(std::exception_ptr error) { complete(Value(), std::move(error)); }

void Future::on_done(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!done_) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void Future::complete(Value value, std::exception_ptr error) {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    done_ = true;
    value_ = std::move(value);
    error_ = std::move(error);
    callbacks.swap(callbacks_);
  }
  changed_.notify_all();
  for (const auto& callback : callbacks) callback();
}

}  // namespace portfire
