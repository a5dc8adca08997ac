#include "aten_tensor.h"

#include <ATen/ops/from_blob.h>

#include "portfire/aten.h"

namespace portfire::aten {

Device AtenTensor::device() const {
  const c10::Device d = tensor.device();
  return {c10::DeviceTypeName(d.type(), /*lower_case=*/true), d.index()};
}

std::span<const std::int64_t> AtenTensor::sizes() const {
  const at::IntArrayRef s = tensor.sizes();
  return {s.data(), s.size()};
}

std::span<const std::int64_t> AtenTensor::strides() const {
  const at::IntArrayRef s = tensor.strides();
  return {s.data(), s.size()};
}

void* AtenTensor::data() const {
  if (!tensor.device().is_cpu() || tensor.layout() != at::kStrided || !tensor.has_storage()) return nullptr;
  return tensor.numel() == 0 ? nullptr : tensor.mutable_data_ptr();
}

at::Tensor from_foreign(const Ref<TensorBox>& box) {
  const auto sizes = box->sizes();
  const auto strides = box->strides();
  const auto dtype = static_cast<at::ScalarType>(box->dtype());
  return at::from_blob(
      box->data(), {sizes.data(), sizes.size()}, {strides.data(), strides.size()}, [box](void*) {}, at::dtype(dtype));
}

Value to_value(at::Tensor tensor) { return wrap(std::move(tensor)); }

Tensor to_portfire(at::Tensor tensor) {
  if (!tensor.defined()) return {};
  return Tensor(Ref<TensorBox>(make_box<AtenTensor>(std::move(tensor))));
}

at::Tensor to_tensor(const Value& value) { return TensorArgument(value).get(); }

at::Tensor to_tensor(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  const Ref<TensorBox>& box = tensor.box();
  if (box->library() == kLibraryName) return static_cast<const AtenTensor*>(box.get())->tensor;
  return from_foreign(box);
}

}  // namespace portfire::aten
