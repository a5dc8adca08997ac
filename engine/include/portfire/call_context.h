// The running call of a program, as an op sees it (Call::context()).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "portfire/call_options.h"
#include "portfire/value.h"

namespace portfire {

class Function;

// Belongs to one thread and one call; an op never keeps it.
class PORTFIRE_EXPORT CallContext {
 public:
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  const CallOptions& options() const noexcept { return options_; }
  // For ops that run long: charges steps. Throws Error(kLimit) when the call's steps are used up or it was cancelled.
  void charge(std::uint64_t steps) {
    credit_ -= static_cast<std::int64_t>(steps);
    if (credit_ < 0) [[unlikely]]
      refill();
  }
  // To the host's print sink.
  void print(std::string_view text) const;
  // Calls a function of the program from inside an op (a comparison while sorting). Counts towards the depth.
  Value call(const Function& function, std::vector<Value> args);

 private:
  friend class Interpreter;
  struct Budget;
  // `depth`: calls around this one; `nesting`: interpreters around this one, on this thread's stack.
  CallContext(const CallOptions& options, std::shared_ptr<Budget> budget, std::uint32_t depth, std::uint32_t nesting);
  ~CallContext();
  void refill();
  static std::shared_ptr<Budget> make_budget(const CallOptions& options);

  const CallOptions& options_;
  std::int64_t credit_ = 0;         // steps until the next look at limits and cancellation
  std::shared_ptr<Budget> budget_;  // shared by a call and what it forked; null: no limit
  std::uint32_t depth_;
  std::uint32_t nesting_;
};

}  // namespace portfire
