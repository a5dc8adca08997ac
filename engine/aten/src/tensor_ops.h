// TorchScript's own operators that read or make tensors and that the dispatcher does not know.
#pragma once

#include <string_view>

#include "portfire/op.h"

namespace portfire::aten {

// `name`: with the overload, "aten::Int.Tensor". nullptr if the family has no such operator.
OpFunction find_number_op(std::string_view name);       // tensors to numbers and lists, and back
OpFunction find_autograd_op(std::string_view name);     // gradients, data, no_grad initialisers
OpFunction find_mode_op(std::string_view name);         // grad mode, autocast, warnings, layouts
OpFunction find_resampling_op(std::string_view name);   // interpolate and its older names
OpFunction find_conversion_op(std::string_view name);   // devices, dtypes, layouts, generators
OpFunction find_tensor_list_op(std::string_view name);  // comparisons and searches in lists of tensors

// Operators under two names: the dispatcher's name for it, or empty.
std::string_view dispatcher_name(std::string_view name);

}  // namespace portfire::aten
