// Puts the families' tables together and binds ops by name and overload.
#include "library.h"

#include "families.h"
#include "native_tensor.h"

namespace portfire {
namespace kernels {

NativeLibrary::NativeLibrary() {
  const KernelTable families[] = {
      activation_kernels(), arithmetic_kernels(),    attention_kernels(),     bitwise_kernels(),
      cast_kernels(),       comparison_kernels(),    convolution_kernels(),   extrema_kernels(),
      factory_kernels(),    indexing_kernels(),      joining_kernels(),       loss_kernels(),
      math_kernels(),       matmul_kernels(),        normalization_kernels(), padding_kernels(),
      pooling_kernels(),    rearrangement_kernels(), recurrent_kernels(),     reduction_kernels(),
      scalar_kernels(),     scan_kernels(),          selection_kernels(),     softmax_kernels(),
      sorting_kernels(),    split_kernels(),         upsampling_kernels(),    view_kernels(),
  };
  for (const KernelTable table : families) {
    for (const OpEntry& entry : table) functions_.emplace(split_schema_name(entry.schema), entry.function);
  }
}

BoundOp NativeLibrary::bind(std::string_view op, std::string_view overload) {
  const auto found = functions_.find({op, overload});
  return found == functions_.end() ? BoundOp{} : BoundOp{found->second, nullptr};
}

Tensor NativeLibrary::adopt(const Tensor& tensor) { return Tensor(as_native(tensor.box())); }

Tensor NativeLibrary::from_memory(void* data, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides,
                                  DType dtype, bool requires_grad, std::shared_ptr<const void> owner) {
  const Dims steps = strides.empty() && !sizes.empty() ? contiguous_strides(sizes) : Dims(strides);
  auto storage = Storage::borrow(data, extent(sizes, steps, dtype), [owner = std::move(owner)] {});
  auto tensor = make_box<NativeTensor>(std::move(storage), dtype, Dims(sizes), steps, 0);
  tensor->set_requires_grad(requires_grad);
  return Tensor(tensor);
}

}  // namespace kernels

std::shared_ptr<KernelLibrary> native_kernels() { return std::make_shared<kernels::NativeLibrary>(); }

}  // namespace portfire
