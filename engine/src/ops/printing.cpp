// `print` without a newline. Whole lines are an instruction.
#include <string>

#include "ops/bind.h"
#include "ops/ops.h"
#include "portfire/call_context.h"

namespace portfire::ops {
namespace {

void print_text(Call& call) {
  if (call.context() != nullptr) call.context()->print(call[0].to_string());
}

constexpr OpEntry kOps[] = {
    {"prim::PrintText(str text) -> ()", print_text},
};

}  // namespace

std::span<const OpEntry> printing_ops() { return kOps; }

}  // namespace portfire::ops
