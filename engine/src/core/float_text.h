// A float as Python's repr() writes it.
#pragma once

#include <string>

namespace portfire {

// The shortest digits that read back as the same float; an exponent below 1e-4 and from 1e16 on.
std::string float_text(double d);

}  // namespace portfire
