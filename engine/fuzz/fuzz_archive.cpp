// Fuzzes the archive reader: the input is a model file.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "portfire/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto archive = std::make_shared<std::vector<std::byte>>(bytes, bytes + size);
  try {
    portfire::Program::load_memory(*archive, archive)->make_root();
  } catch (const portfire::Error&) {
    return 0;
  }
  return 0;
}
