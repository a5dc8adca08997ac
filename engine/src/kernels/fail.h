// How kernels refuse: ATen's words, and the Python exception that eager code would see.
#pragma once

#include <sstream>
#include <string>

#include "portfire/error.h"

namespace portfire::kernels {

template <typename... Parts>
std::string join_text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <typename... Parts>
[[noreturn, gnu::noinline, gnu::cold]] void fail(const Parts&... parts) {
  throw Error(ErrorCode::kRuntime, "RuntimeError", join_text(parts...));
}
template <typename... Parts>
[[noreturn, gnu::noinline, gnu::cold]] void fail_index(const Parts&... parts) {
  throw Error(ErrorCode::kRuntime, "IndexError", join_text(parts...));
}
template <typename... Parts>
[[noreturn, gnu::noinline, gnu::cold]] void fail_value(const Parts&... parts) {
  throw Error(ErrorCode::kRuntime, "ValueError", join_text(parts...));
}
template <typename... Parts>
[[noreturn, gnu::noinline, gnu::cold]] void fail_not_implemented(const Parts&... parts) {
  throw Error(ErrorCode::kRuntime, "NotImplementedError", join_text(parts...));
}

}  // namespace portfire::kernels
