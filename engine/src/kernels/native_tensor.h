// The native library's tensor: strided CPU memory. Several tensors (views) may share one Storage.
#pragma once

#include <functional>
#include <memory>

#include "dims.h"
#include "portfire/tensor.h"

namespace portfire::kernels {

// A block of memory: the library's own, the caller's, or a mapped file's. Freed with its last tensor.
class Storage final : public Box {
 public:
  // Uninitialised memory, aligned to 64 bytes. Throws Error if there is not enough.
  static Ref<Storage> allocate(std::size_t bytes);
  // Memory of somebody else's; `release` is called when nobody needs it any more.
  static Ref<Storage> borrow(void* data, std::size_t bytes, std::function<void()> release);
  Storage(void* data, std::size_t bytes, bool owned, std::function<void()> release)
      : data_(data), bytes_(bytes), owned_(owned), release_(std::move(release)) {}
  ~Storage() override;

  char* data() const noexcept { return static_cast<char*>(data_); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void* data_;
  std::size_t bytes_;
  bool owned_;
  std::function<void()> release_;
};

class NativeTensor final : public TensorBox {
 public:
  NativeTensor(Ref<Storage> storage, DType dtype, Dims sizes, Dims strides, std::int64_t offset)
      : storage_(std::move(storage)),
        sizes_(std::move(sizes)),
        strides_(std::move(strides)),
        offset_(offset),
        dtype_(dtype) {}

  DType dtype() const override { return dtype_; }
  Device device() const override { return Device{}; }
  std::span<const std::int64_t> sizes() const override { return sizes_; }
  std::span<const std::int64_t> strides() const override { return strides_; }
  void* data() const override { return bytes(); }
  bool requires_grad() const override { return requires_grad_; }
  const void* library() const noexcept override;

  const Dims& shape() const noexcept { return sizes_; }
  const Dims& steps() const noexcept { return strides_; }
  std::int64_t rank() const noexcept { return sizes_.rank(); }
  std::int64_t size(std::int64_t d) const noexcept { return sizes_[d]; }
  std::int64_t stride(std::int64_t d) const noexcept { return strides_[d]; }
  std::int64_t offset() const noexcept { return offset_; }  // in elements
  std::int64_t count() const noexcept;
  std::size_t item_size() const noexcept { return dtype_size(dtype_); }
  const Ref<Storage>& storage() const noexcept { return storage_; }
  bool is_contiguous() const noexcept;
  char* bytes() const noexcept { return storage_->data() + offset_ * static_cast<std::int64_t>(item_size()); }
  template <typename T>
  T* ptr() const noexcept {
    return reinterpret_cast<T*>(bytes());
  }
  // A 0-d tensor that stands for a Python number: it takes part in type promotion as a number does.
  bool is_wrapped_number() const noexcept { return wrapped_; }
  void mark_wrapped_number() noexcept { wrapped_ = true; }
  void set_requires_grad(bool on) noexcept { requires_grad_ = on; }
  // Only for ops that change a tensor's geometry in place (unsqueeze_, resize_, ...).
  void set_geometry(Ref<Storage> storage, Dims sizes, Dims strides, std::int64_t offset);

 private:
  Ref<Storage> storage_;
  Dims sizes_;
  Dims strides_;
  std::int64_t offset_;
  DType dtype_;
  bool wrapped_ = false;
  bool requires_grad_ = false;
};

using TensorRef = Ref<NativeTensor>;

// New contiguous memory.
TensorRef empty(Dims sizes, DType dtype);
TensorRef zeros(Dims sizes, DType dtype);
// New memory laid out with the given strides, which must be dense (a permutation of contiguous ones).
TensorRef empty_strided(Dims sizes, Dims strides, DType dtype);
// Another tensor over the same memory; `offset` counts elements from the start of the storage.
TensorRef make_view(const TensorRef& base, Dims sizes, Dims strides, std::int64_t offset);
// Bytes from the first element of such a tensor to the end of its last one.
std::size_t extent(std::span<const std::int64_t> sizes, std::span<const std::int64_t> strides, DType dtype);
// A tensor of any library as a native one: itself, or a view of its memory. Throws if the host cannot address it.
TensorRef as_native(const Ref<TensorBox>& box);

}  // namespace portfire::kernels
