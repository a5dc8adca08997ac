// The digits of a finite, non-negative float in the notations of formatting, before sign, grouping and padding.
#pragma once

#include <string>

namespace portfire::ops {

struct FloatStyle {
  char notation;              // 'e', 'f', 'g', or 'r' for the shortest digits that read back
  int precision;              // ignored for 'r'
  bool alternate = false;     // keep the point, and for 'g' the trailing zeros
  bool add_dot_zero = false;  // "1" becomes "1.0" when no exponent is written
};

std::string float_digits(double value, const FloatStyle& style);

}  // namespace portfire::ops
