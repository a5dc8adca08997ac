// Prints by how many MB the process has grown after loading a model and reading every weight, and after one call.
#include <fstream>
#include <iostream>
#include <string>

#include "portfire/portfire.h"

namespace {

double resident_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6)) / 1e3;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const double bare = resident_megabytes();
  const portfire::Module module = portfire::load(argv[1]);
  double sum = 0;
  for (const auto& tensors : {module.parameters(), module.buffers()}) {
    for (const portfire::Tensor& tensor : tensors) {
      const auto* bytes = static_cast<const unsigned char*>(tensor.data());
      const auto count = static_cast<std::size_t>(tensor.numel()) * portfire::dtype_size(tensor.dtype());
      for (std::size_t i = 0; i < count; i += 512) sum += bytes[i];
    }
  }
  const double loaded = resident_megabytes() - bare;
  module.forward({portfire::Tensor::zeros({1, 3, 224, 224}, portfire::DType::kFloat32)});
  std::cout << loaded << ' ' << resident_megabytes() - bare << '\n';
  return sum < 0 ? 1 : 0;
}
