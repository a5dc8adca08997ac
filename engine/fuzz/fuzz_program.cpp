// Fuzzes decoder, validator, linker and interpreter: the input is a program. Build with -DPORTFIRE_FUZZ=ON
// -DPORTFIRE_SANITIZE=ON. A finding is a crash or a hang; portfire::Error is what is expected of damaged programs.
#include <cstddef>
#include <cstdint>

#include "portfire/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portfire::CallOptions options;
  options.max_steps = 1000;
  options.max_depth = 50;
  try {
    const auto program = portfire::Program::from_bytes({reinterpret_cast<const std::byte*>(data), size}, {}, {});
    for (const std::string& name : program->function_names()) {
      const portfire::Function& f = *program->function(name);
      if (f.parameters().empty()) f.call({}, options);
    }
    program->make_root();
    program->examples();
  } catch (const portfire::Error&) {
    return 0;
  }
  return 0;
}
