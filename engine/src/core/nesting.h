// A bound on recursion over nested values: a list that contains itself ends in an error, not in a crash.
#pragma once

#include "portfire/error.h"

namespace portfire {

inline constexpr int kMaxNesting = 500;

inline void check_nesting(int depth) {
  if (depth > kMaxNesting) {
    throw Error(ErrorCode::kLimit, "RecursionError",
                "maximum recursion depth exceeded: the value is nested too deeply");
  }
}

}  // namespace portfire
