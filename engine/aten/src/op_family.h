// What the files of TorchScript's own tensor operators share: a table from name to function.
#pragma once

#include <string_view>
#include <unordered_map>

#include "aten_tensor.h"
#include "errors.h"
#include "portfire/op.h"

namespace portfire::aten {

using OpFamily = std::unordered_map<std::string_view, OpFunction>;

// Runs `Body` with libtorch's exceptions turned into portfire's. The validator of programs does not know the operators,
// so a call with too few operands or results is refused here.
template <void (*Body)(Call&), std::size_t Arguments, std::size_t Results = 1>
void guarded(Call& call) {
  check_arity(call, Arguments, Results);
  try {
    Body(call);
  } catch (...) {
    rethrow_as_error();
  }
}

inline OpFunction find_in(const OpFamily& family, std::string_view name) {
  const auto found = family.find(name);
  return found == family.end() ? nullptr : found->second;
}

inline at::Tensor tensor_at(const Call& call, std::size_t i) { return TensorArgument(call[i]).get(); }

}  // namespace portfire::aten
