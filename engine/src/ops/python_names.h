// What Python calls the type of a value, for messages.
#pragma once

#include <string>

#include "portfire/value.h"

namespace portfire::ops {

std::string python_type_name(const Value& v);

}  // namespace portfire::ops
