// The native library: all families behind the engine's KernelLibrary interface.
#pragma once

#include <map>
#include <string_view>

#include "portfire/op.h"

namespace portfire::kernels {

class NativeLibrary final : public KernelLibrary {
 public:
  NativeLibrary();
  std::string_view name() const override { return "native"; }
  BoundOp bind(std::string_view op, std::string_view overload) override;
  Tensor adopt(const Tensor& tensor) override;
  Tensor from_memory(void* data, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides, DType dtype,
                     bool requires_grad, std::shared_ptr<const void> owner) override;

 private:
  std::map<std::pair<std::string_view, std::string_view>, OpFunction> functions_;
};

}  // namespace portfire::kernels
