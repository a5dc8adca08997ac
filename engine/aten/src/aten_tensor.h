// The tensor object of this library: a portfire box around an at::Tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include "portfire/tensor.h"
#include "portfire/value.h"

namespace portfire::aten {

inline constexpr char kLibraryName[] = "aten";

class AtenTensor final : public TensorBox {
 public:
  explicit AtenTensor(at::Tensor t) : tensor(std::move(t)) {}

  DType dtype() const override { return static_cast<DType>(tensor.scalar_type()); }
  Device device() const override;
  std::span<const std::int64_t> sizes() const override;
  std::span<const std::int64_t> strides() const override;
  std::int64_t dim() const override { return tensor.dim(); }
  std::int64_t numel() const override { return tensor.numel(); }
  void* data() const override;
  bool requires_grad() const override { return tensor.requires_grad(); }
  const void* library() const noexcept override { return kLibraryName; }
  const void* identity() const noexcept override { return tensor.unsafeGetTensorImpl(); }

  const at::Tensor tensor;
};

inline Value wrap(at::Tensor tensor) {
  if (!tensor.defined()) return {};
  return {Tag::kTensor, make_box<AtenTensor>(std::move(tensor))};
}

// A tensor of another library, over the same memory (CPU only).
at::Tensor from_foreign(const Ref<TensorBox>& box);

// A tensor argument: borrows the at::Tensor of a value, or owns one made from another library's.
class TensorArgument {
 public:
  explicit TensorArgument(const Value& value) {
    if (value.is_tensor()) [[likely]] {
      auto* box = static_cast<TensorBox*>(value.box());
      if (box->library() == kLibraryName) [[likely]] {
        tensor_ = &static_cast<AtenTensor*>(box)->tensor;
        return;
      }
      owned_ = from_foreign(Ref<TensorBox>::share(box));
    } else if (!value.is_none()) {
      throw_tag_mismatch(Tag::kTensor, value.tag());
    }
    tensor_ = &owned_;
  }
  const at::Tensor& get() const noexcept { return *tensor_; }

 private:
  const at::Tensor* tensor_;
  at::Tensor owned_;
};

}  // namespace portfire::aten
