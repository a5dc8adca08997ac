// A tensor as torch's repr() writes it.
#pragma once

#include <string>

#include "portfire/tensor.h"

namespace portfire {

// With torch's default options: four digits, 80 columns, the ends alone of what has more than 1000 elements. A tensor
// whose memory the host cannot read is described by its sizes, dtype and device.
std::string tensor_text(const TensorBox& tensor);

}  // namespace portfire
