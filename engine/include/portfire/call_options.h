// What a host can set for one call: limits, cancellation, where print goes, which threads run forked calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "portfire/export.h"

namespace portfire {

// Runs tasks on threads of the host's. `post` is called from any thread and must not block until the task has run.
class PORTFIRE_EXPORT Executor {
 public:
  virtual ~Executor();
  virtual void post(std::function<void()> task) = 0;
};

// Plain data; copied into the call. Limits hold for a call with all the calls it makes and forks.
struct CallOptions {
  // One step per turn of a loop, call and caught exception. 0: no limit. Beyond: Error(kLimit).
  std::uint64_t max_steps = 0;
  // Calls inside calls. Beyond: Error(kLimit), class RecursionError.
  std::uint32_t max_depth = 1000;
  // When the host sets it, the call ends soon with Error(kLimit). Must outlive the call and what it forked.
  const std::atomic<bool>* cancel = nullptr;
  // Receives each line of the program's `print`, with its newline, on the thread that prints. Empty: lines are dropped.
  std::function<void(std::string_view)> print;
  // Runs forked calls. Null: the program's own pool, made at the first fork.
  std::shared_ptr<Executor> executor;
};

}  // namespace portfire
