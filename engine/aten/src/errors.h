// From libtorch's exceptions to portfire::Error.
#pragma once

namespace portfire::aten {

// Call inside a catch block: throws the current exception again, as an Error with the Python class eager code would raise.
[[noreturn]] void rethrow_as_error();

}  // namespace portfire::aten
