// Limits, cancellation and print of one call.
#include "portfire/call_context.h"

#include <algorithm>

#include "execution/interpreter.h"

namespace portfire {
namespace {

// Steps between two looks at the budget; fewer where the host may cancel: a step can be a whole network.
constexpr std::int64_t kSlice = 4096;
constexpr std::int64_t kCancellableSlice = 4;

}  // namespace

struct CallContext::Budget {
  explicit Budget(std::int64_t steps) : left(steps) {}
  std::atomic<std::int64_t> left;
};

CallContext::CallContext(const CallOptions& options, std::shared_ptr<Budget> budget, std::uint32_t depth,
                         std::uint32_t nesting)
    : options_(options), budget_(std::move(budget)), depth_(depth), nesting_(nesting) {}

CallContext::~CallContext() {
  if (budget_ && credit_ > 0) budget_->left.fetch_add(credit_, std::memory_order_relaxed);
}

std::shared_ptr<CallContext::Budget> CallContext::make_budget(const CallOptions& options) {
  if (options.max_steps == 0) return nullptr;
  const auto most = static_cast<std::uint64_t>(INT64_MAX);
  return std::make_shared<Budget>(static_cast<std::int64_t>(std::min(options.max_steps, most)));
}

void CallContext::refill() {
  if (options_.cancel && options_.cancel->load(std::memory_order_relaxed)) {
    throw Error(ErrorCode::kLimit, "the call was cancelled by the host");
  }
  const std::int64_t usual = options_.cancel ? kCancellableSlice : kSlice;
  if (!budget_) {
    credit_ = usual;
    return;
  }
  const std::int64_t debt = -credit_;
  std::int64_t left = budget_->left.load(std::memory_order_relaxed);
  std::int64_t slice = 0;
  do {
    if (left < debt) {
      throw Error(ErrorCode::kLimit, "the call took more than " + std::to_string(options_.max_steps) + " steps");
    }
    slice = std::min(left, std::max(usual, debt));
  } while (!budget_->left.compare_exchange_weak(left, left - slice, std::memory_order_relaxed));
  credit_ += slice;
}

void CallContext::print(std::string_view text) const {
  if (options_.print) options_.print(text);
}

Value CallContext::call(const Function& function, std::vector<Value> args) {
  return Interpreter::run_nested(*this, function, function.bind(std::move(args), {}));
}

}  // namespace portfire
