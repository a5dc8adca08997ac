// Python's `<` on values that are known only when the program runs: numbers, strings, bools, and lists and tuples of
// them.
#pragma once

#include "portfire/value.h"

namespace portfire::ops {

// TypeError where Python has no order: "'<' not supported between instances of 'NoneType' and 'int'".
bool value_less(const Value& a, const Value& b);

}  // namespace portfire::ops
