// Python's comparison of numbers of different kinds: exact, also where an int has no float of the same value.
#pragma once

#include <cstdint>

#include "portfire/value.h"

namespace portfire::ops {

bool int_less_than_float(std::int64_t a, double b);
bool float_less_than_int(double a, std::int64_t b);
bool int_equals_float(std::int64_t a, double b);

// a < b for two Scalars; TypeError for complex numbers.
bool number_less(const Value& a, const Value& b);
bool number_equal(const Value& a, const Value& b);

}  // namespace portfire::ops
