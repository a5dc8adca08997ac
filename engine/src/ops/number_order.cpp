// See number_order.h.
#include "ops/number_order.h"

#include <cmath>

#include "ops/bind.h"
#include "ops/raise.h"

namespace portfire::ops {

// A float within the range of ints has a floor and a ceiling that are ints: compare those.
bool int_less_than_float(std::int64_t a, double b) {
  if (std::isnan(b) || b < -0x1p63) return false;
  return b >= 0x1p63 || a < static_cast<std::int64_t>(std::ceil(b));
}

bool float_less_than_int(double a, std::int64_t b) {
  if (std::isnan(a) || a >= 0x1p63) return false;
  return a < -0x1p63 || static_cast<std::int64_t>(std::floor(a)) < b;
}

bool int_equals_float(std::int64_t a, double b) {
  return b >= -0x1p63 && b < 0x1p63 && b == std::floor(b) && static_cast<std::int64_t>(b) == a;
}

bool number_less(const Value& a, const Value& b) {
  if (a.tag() == Tag::kComplex || b.tag() == Tag::kComplex) {
    raise_type_error("'<' not supported between instances of 'complex' and a number");
  }
  if (a.is_double())
    return b.is_double() ? a.to_double() < b.to_double() : float_less_than_int(a.to_double(), read_integer(b));
  return b.is_double() ? int_less_than_float(read_integer(a), b.to_double()) : read_integer(a) < read_integer(b);
}

bool number_equal(const Value& a, const Value& b) {
  if (a.tag() == Tag::kComplex || b.tag() == Tag::kComplex) return read_complex(a) == read_complex(b);
  if (a.is_double())
    return b.is_double() ? a.to_double() == b.to_double() : int_equals_float(read_integer(b), a.to_double());
  return b.is_double() ? int_equals_float(read_integer(a), b.to_double()) : read_integer(a) == read_integer(b);
}

}  // namespace portfire::ops
