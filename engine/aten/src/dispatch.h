// How one operator of the dispatcher is bound: the unboxed way for the common signatures, the boxed way for all others.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <vector>

#include "portfire/op.h"

namespace portfire::aten {

// For each result, the argument it may be: `x.add_(1)` is x and `x.contiguous()` may be x. -1: always a new value.
std::vector<int> aliased_arguments(const c10::FunctionSchema& schema);

// An empty BoundOp where no template fits the operator's signature.
BoundOp bind_unboxed(const c10::OperatorHandle& op);
BoundOp bind_boxed(const c10::OperatorHandle& op);

}  // namespace portfire::aten
