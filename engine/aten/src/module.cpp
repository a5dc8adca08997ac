// Modules for C++ hosts: loading with these kernels, and moving the state to a device or dtype.

#include <unordered_map>
#include <unordered_set>

#include "aten_tensor.h"
#include "portfire/aten.h"

namespace portfire::aten {
namespace {

class Mover {
 public:
  Mover(std::optional<c10::Device> device, std::optional<at::ScalarType> dtype) : device_(device), dtype_(dtype) {}

  void move(Object& object) {
    if (!done_.insert(&object).second) return;
    const auto& attributes = object.class_info().attributes();
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const Value& value = object.slot(i);
      const AttributeKind kind = attributes[i].kind;
      if (value.is_object()) {
        move(value.to_object());
      } else if (value.is_tensor() && (kind == AttributeKind::kParameter || kind == AttributeKind::kBuffer)) {
        object.set_slot(i, moved(value));
      }
    }
  }

 private:
  // A tensor that several modules share stays shared.
  Value moved(const Value& value) {
    auto [entry, is_new] = tensors_.emplace(value.box(), Value());
    if (is_new) entry->second = wrap(converted(TensorArgument(value).get()));
    return entry->second;
  }

  at::Tensor converted(const at::Tensor& t) const {
    const bool changes_type = dtype_ && (t.is_floating_point() || t.is_complex());
    const at::Tensor out = t.detach().to(device_.value_or(t.device()), changes_type ? *dtype_ : t.scalar_type());
    return out.set_requires_grad(t.requires_grad());
  }

  const std::optional<c10::Device> device_;
  const std::optional<at::ScalarType> dtype_;
  std::unordered_set<const Object*> done_;
  std::unordered_map<const Box*, Value> tensors_;
};

}  // namespace

Module load(const std::string& path) { return portfire::load(path, {.libraries = {kernels()}}); }

void to(const Module& module, c10::Device device, std::optional<at::ScalarType> dtype) {
  Mover(device, dtype).move(*module.object());
}

void to(const Module& module, at::ScalarType dtype) { Mover(std::nullopt, dtype).move(*module.object()); }

}  // namespace portfire::aten
