// Runs every example that was saved in an archive and compares with the outputs that were saved beside it.
// usage: run_examples MODEL.pt aten|native TOLERANCE        exit status 1: an output differs
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "portfire/portfire.h"
#ifdef WITH_ATEN
#include "portfire/aten.h"
#endif

namespace {

template <typename T>
double largest_gap(const portfire::Tensor& a, const portfire::Tensor& b) {
  double gap = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double x = static_cast<double>(a.data_ptr<T>()[i]);
    const double y = static_cast<double>(b.data_ptr<T>()[i]);
    if (!(std::isnan(x) && std::isnan(y)) && x != y) gap = std::max(gap, std::abs(x - y) / std::max(1.0, std::abs(x)));
  }
  return gap;
}

bool tensors_agree(const portfire::Tensor& expected, const portfire::Tensor& found, double tolerance) {
  if (expected.dtype() != found.dtype() || expected.dim() != found.dim()) return false;
  for (std::int64_t d = 0; d < expected.dim(); ++d) {
    if (expected.sizes()[d] != found.sizes()[d]) return false;
  }
  const portfire::Tensor a = expected.contiguous();
  const portfire::Tensor b = found.contiguous();
  const std::size_t bytes = static_cast<std::size_t>(a.numel()) * portfire::dtype_size(a.dtype());
  if (bytes == 0 || std::memcmp(a.data(), b.data(), bytes) == 0) return true;
  double gap = INFINITY;
  if (a.dtype() == portfire::DType::kFloat32) gap = largest_gap<float>(a, b);
  if (a.dtype() == portfire::DType::kFloat64) gap = largest_gap<double>(a, b);
  std::cout << "largest difference: " << gap << '\n';
  return gap <= tolerance;
}

bool agree(const portfire::Value& expected, const portfire::Value& found, double tolerance) {
  if (expected.is_tensor())
    return found.is_tensor() && tensors_agree(expected.to_tensor(), found.to_tensor(), tolerance);
  if (expected.is_tuple()) {
    const auto& a = expected.to_tuple().items;
    const auto& b = found.to_tuple().items;
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!agree(a[i], b[i], tolerance)) return false;
    }
    return true;
  }
  return portfire::values_equal(expected, found);
}

int run(const std::string& path, const std::string& kernels, double tolerance) {
  portfire::LoadOptions options;
#ifdef WITH_ATEN
  if (kernels == "aten") options.libraries = {portfire::aten::kernels()};
#endif
  const portfire::Module module = portfire::load(path, options);
  const auto examples = module.program()->examples();
  for (const portfire::Example& example : examples) {
    const portfire::Value found = module.get_method(example.method)(example.inputs);
    if (!agree(example.expected, found, tolerance)) {
      std::cout << path << ": " << example.method << " on " << kernels << " kernels gives "
                << portfire::value_repr(found) << ", not " << portfire::value_repr(example.expected) << '\n';
      return EXIT_FAILURE;
    }
  }
  std::cout << examples.size() << " examples agree\n";
  return examples.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return EXIT_FAILURE;
  try {
    return run(argv[1], argv[2], std::stod(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
