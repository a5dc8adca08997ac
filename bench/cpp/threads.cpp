// Prints the throughput of two threads calling one module, over that of one thread.
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "portfire/portfire.h"
#ifdef WITH_ATEN
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "portfire/aten.h"
#endif

namespace {

double calls_per_second(const portfire::Module& module, const portfire::Value& image, int threads, int calls) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
#ifdef WITH_ATEN
      at::set_num_threads(1);
      const c10::InferenceMode inference;
#endif
      for (int i = 0; i < calls; ++i) module.forward({image});
    });
  }
  for (std::thread& worker : workers) worker.join();
  return threads * calls / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  portfire::LoadOptions options;
#ifdef WITH_ATEN
  at::set_num_threads(1);
  options.libraries = {portfire::aten::kernels()};
#endif
  const portfire::Module module = portfire::load(argv[1], options);
  const portfire::Value image = portfire::Tensor::zeros({1, 3, 160, 160}, portfire::DType::kFloat32);
  calls_per_second(module, image, 2, 2);
  const double one = calls_per_second(module, image, 1, 12);
  const double two = calls_per_second(module, image, 2, 12);
  std::cout << two / one << '\n';
}
