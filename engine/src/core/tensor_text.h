// Tensors and devices as torch writes them.
#pragma once

#include <string>

#include "portfire/tensor.h"

namespace portfire {

// "cpu", "cuda:1": str() of a device.
std::string device_text(const Device& device);

// repr() of a tensor, with torch's default options: four digits, 80 columns, the ends alone of what has more than 1000
// elements. A tensor whose memory the host cannot read is described by its sizes, dtype and device.
std::string tensor_text(const TensorBox& tensor);

}  // namespace portfire
