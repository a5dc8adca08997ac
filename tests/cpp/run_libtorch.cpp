// The peer: loads an archive with libtorch's TorchScript, runs it, compares bit for bit with what Python gave.
// usage: run_libtorch MODEL.pt INPUTS.pt EXPECTED.pt
#include <torch/script.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace {

c10::IValue read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return torch::jit::pickle_load(bytes);
}

bool agree(const c10::IValue& expected, const c10::IValue& found) {
  if (expected.isTensor()) return found.isTensor() && torch::equal(expected.toTensor(), found.toTensor());
  if (expected.isTuple()) {
    const auto& a = expected.toTupleRef().elements();
    const auto& b = found.toTupleRef().elements();
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!agree(a[i], b[i])) return false;
    }
    return true;
  }
  return expected == found;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 1;
  try {
    const torch::NoGradGuard guard;
    torch::jit::Module module = torch::jit::load(argv[1]);
    const c10::IValue found = module.forward(read(argv[2]).toTupleRef().elements().vec());
    if (agree(read(argv[3]), found)) return 0;
    std::cerr << "differs: " << found << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
