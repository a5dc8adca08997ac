// Tensors as the engine sees them: a handle to an object that some kernel library owns.
//
// The engine itself never computes on tensors; kernels do. `NativeTensor` (kernels/) is strided memory on the CPU;
// `AtenTensor` (aten/) holds an at::Tensor on any device. A program's kernels all come from one library unless the host
// links two, and then a kernel converts what the other made (`KernelLibrary::adopt`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "portfire/box.h"
#include "portfire/export.h"

namespace portfire {

// c10::ScalarType's own numbers: TorchScript stores dtypes as these integers.
enum class DType : std::int8_t {
  kUInt8 = 0,
  kInt8 = 1,
  kInt16 = 2,
  kInt32 = 3,
  kInt64 = 4,
  kFloat16 = 5,
  kFloat32 = 6,
  kFloat64 = 7,
  kComplexHalf = 8,
  kComplex64 = 9,
  kComplex128 = 10,
  kBool = 11,
  kQInt8 = 12,
  kQUInt8 = 13,
  kQInt32 = 14,
  kBFloat16 = 15,
  kUInt16 = 27,
  kUInt32 = 28,
  kUInt64 = 29,
};

// Bytes per element; 0 for a number that is no dtype.
PORTFIRE_EXPORT std::size_t dtype_size(DType dtype) noexcept;
// "float32", "int64", ...: torch's names; "?" for a number that is no dtype.
PORTFIRE_EXPORT const char* dtype_name(DType dtype) noexcept;

// A device: torch's type name and index ("cpu", "cuda:1"). index -1: the current one.
struct Device {
  std::string type = "cpu";
  std::int16_t index = -1;
  bool operator==(const Device&) const = default;
};

// Base of every library's tensor object. Reference counted; immutable metadata except through the library's own ops.
class PORTFIRE_EXPORT TensorBox : public Box {
 public:
  virtual DType dtype() const = 0;
  virtual Device device() const = 0;
  virtual std::span<const std::int64_t> sizes() const = 0;
  virtual std::span<const std::int64_t> strides() const = 0;  // in elements
  // Known also where a tensor has no sizes of its own (a nested one).
  virtual std::int64_t dim() const { return static_cast<std::int64_t>(sizes().size()); }
  virtual std::int64_t numel() const {
    std::int64_t n = 1;
    for (const std::int64_t s : sizes()) n *= s;
    return n;
  }
  // The first element, or nullptr where the host cannot address it (another device) or there is none.
  virtual void* data() const = 0;
  virtual bool requires_grad() const { return false; }
  // Which library made it: the address of the library's name constant.
  virtual const void* library() const noexcept = 0;
  // Equal for handles of one tensor: what Python's `is` compares.
  virtual const void* identity() const noexcept { return this; }
};

// Shared handle. Copying is cheap; a default-made handle is undefined (as at::Tensor()).
class PORTFIRE_EXPORT Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorBox> box) : box_(std::move(box)) {}

  // A tensor over the caller's memory (CPU). `sizes` and `strides` (elements; empty: contiguous) are copied. The memory
  // must stay valid and unmoved until `deleter` is called: when the last handle to the tensor, or a view of it, is
  // gone. Thread safe as memory is: concurrent reads are fine.
  static Tensor from_blob(void* data, std::vector<std::int64_t> sizes, DType dtype, std::function<void()> deleter = {},
                          std::vector<std::int64_t> strides = {});
  // Uninitialised / zeroed contiguous memory of the engine's own.
  static Tensor empty(std::vector<std::int64_t> sizes, DType dtype);
  static Tensor zeros(std::vector<std::int64_t> sizes, DType dtype);

  bool defined() const noexcept { return static_cast<bool>(box_); }
  DType dtype() const { return box_->dtype(); }
  Device device() const { return box_->device(); }
  std::span<const std::int64_t> sizes() const { return box_->sizes(); }
  std::span<const std::int64_t> strides() const { return box_->strides(); }
  std::int64_t dim() const { return box_->dim(); }
  std::int64_t numel() const { return box_->numel(); }
  bool is_contiguous() const;
  // Typed access to the first element. Throws Error(kType) if T is not the dtype's C++ type, or the host cannot address
  // it.
  template <typename T>
  T* data_ptr() const;
  void* data() const { return box_->data(); }
  // A contiguous copy in the engine's own memory, or this very tensor if it is contiguous already.
  Tensor contiguous() const;

  const Ref<TensorBox>& box() const noexcept { return box_; }

 private:
  Ref<TensorBox> box_;
};

}  // namespace portfire
