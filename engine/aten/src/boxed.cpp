// Any operator: arguments become IValues on a stack, the dispatcher's boxed entry runs, results are taken off the
// stack.

#include "aten_tensor.h"
#include "dispatch.h"
#include "errors.h"
#include "ivalue.h"

namespace portfire::aten {
namespace {

struct BoxedOp {
  explicit BoxedOp(const c10::OperatorHandle& op)
      : handle(op), schema(op.schema()), aliases(aliased_arguments(schema)) {
    for (const c10::Argument& argument : schema.arguments()) types.push_back(argument.real_type());
  }
  const c10::OperatorHandle handle;
  const c10::FunctionSchema& schema;
  std::vector<int> aliases;
  std::vector<c10::TypePtr> types;
};

void push_arguments(const Call& call, const BoxedOp& op, std::vector<c10::IValue>& stack) {
  const std::size_t given = call.size();
  for (std::size_t i = 0; i < op.types.size(); ++i) {
    if (i < given) {
      stack.push_back(to_ivalue(call[i], *op.types[i]));
    } else if (const auto& fallback = op.schema.arguments()[i].default_value()) {
      stack.push_back(*fallback);
    } else {
      throw Error(ErrorCode::kInvalidProgram, op.schema.name() + " is called with too few arguments");
    }
  }
}

// The argument itself where the result is the very same tensor: then also its box, and with it its identity, is kept.
bool is_argument(const Call& call, int argument, const c10::IValue& result) {
  if (argument < 0 || static_cast<std::size_t>(argument) >= call.size() || !result.isTensor()) return false;
  const Value& value = call[static_cast<std::size_t>(argument)];
  return value.is_tensor() && TensorArgument(value).get().is_same(result.toTensor());
}

void run_boxed(Call& call) {
  const BoxedOp& op = *static_cast<const BoxedOp*>(call.data());
  try {
    std::vector<c10::IValue> stack;
    stack.reserve(std::max(op.types.size(), op.aliases.size()));
    push_arguments(call, op, stack);
    op.handle.callBoxed(&stack);
    // Results may overwrite registers of arguments: take what is aliased first.
    std::vector<Value> results;
    results.reserve(stack.size());
    for (std::size_t r = 0; r < stack.size(); ++r) {
      const int argument = op.aliases[r];
      results.push_back(is_argument(call, argument, stack[r]) ? call[static_cast<std::size_t>(argument)]
                                                              : from_ivalue(std::move(stack[r])));
    }
    for (std::size_t r = 0; r < std::min(results.size(), call.result_count()); ++r) {
      call.set_result(r, std::move(results[r]));
    }
  } catch (...) {
    rethrow_as_error();
  }
}

bool shares(const c10::AliasInfo& a, const c10::AliasInfo& b) {
  return std::any_of(a.beforeSets().begin(), a.beforeSets().end(),
                     [&](const c10::Symbol& s) { return b.beforeSets().contains(s); });
}

}  // namespace

std::vector<int> aliased_arguments(const c10::FunctionSchema& schema) {
  std::vector<int> found;
  for (const c10::Argument& result : schema.returns()) {
    int argument = -1;
    for (std::size_t i = 0; result.alias_info() != nullptr && argument < 0 && i < schema.arguments().size(); ++i) {
      const c10::AliasInfo* info = schema.arguments()[i].alias_info();
      if (info != nullptr && shares(*info, *result.alias_info())) argument = static_cast<int>(i);
    }
    found.push_back(argument);
  }
  return found;
}

BoundOp bind_boxed(const c10::OperatorHandle& op) { return {run_boxed, std::make_shared<BoxedOp>(op)}; }

}  // namespace portfire::aten
