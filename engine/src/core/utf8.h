// UTF-8.
#pragma once

#include <string_view>

namespace portfire {

// Whether `text` is well-formed: no stray or missing continuation bytes, no overlong forms, no surrogates.
bool is_utf8(std::string_view text) noexcept;

}  // namespace portfire
