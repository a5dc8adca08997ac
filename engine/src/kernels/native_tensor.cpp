// Storage and geometry of native tensors; the parts of the public `Tensor` that make them.
#include "native_tensor.h"

#include <cstdlib>
#include <cstring>

#include "convert.h"
#include "dispatch.h"
#include "fail.h"

namespace portfire {
namespace kernels {
namespace {

constexpr char kLibraryName[] = "native";
constexpr std::size_t kAlignment = 64;

std::size_t byte_count(std::span<const std::int64_t> sizes, DType dtype) {
  std::size_t bytes = 0;
  if (dtype_size(dtype) == 0) fail("tensors of dtype number ", static_cast<int>(dtype), " are not known");
  if (__builtin_mul_overflow(static_cast<std::size_t>(element_count(sizes)), dtype_size(dtype), &bytes)) {
    fail("a tensor of shape ", shape_text(sizes), " does not fit in memory");
  }
  return bytes;
}

}  // namespace

Ref<Storage> Storage::allocate(std::size_t bytes) {
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  void* data = rounded < bytes ? nullptr : std::aligned_alloc(kAlignment, rounded);
  if (!data) fail("not enough memory: tried to allocate ", bytes, " bytes");
  return make_box<Storage>(data, bytes, true, nullptr);
}

Ref<Storage> Storage::borrow(void* data, std::size_t bytes, std::function<void()> release) {
  return make_box<Storage>(data, bytes, false, std::move(release));
}

Storage::~Storage() {
  if (owned_) std::free(data_);
  if (release_) release_();
}

const void* NativeTensor::library() const noexcept { return kLibraryName; }

std::int64_t NativeTensor::count() const noexcept {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes_) n *= s;
  return n;
}

bool NativeTensor::is_contiguous() const noexcept {
  std::int64_t step = 1;
  for (std::int64_t d = rank() - 1; d >= 0; --d) {
    if (sizes_[d] == 0) return true;
    if (sizes_[d] == 1) continue;
    if (strides_[d] != step) return false;
    step *= sizes_[d];
  }
  return true;
}

void NativeTensor::set_geometry(Ref<Storage> storage, Dims sizes, Dims strides, std::int64_t offset) {
  storage_ = std::move(storage);
  sizes_ = std::move(sizes);
  strides_ = std::move(strides);
  offset_ = offset;
}

TensorRef empty(Dims sizes, DType dtype) {
  Dims strides = contiguous_strides(sizes);
  return empty_strided(std::move(sizes), std::move(strides), dtype);
}

TensorRef zeros(Dims sizes, DType dtype) {
  TensorRef out = empty(std::move(sizes), dtype);
  std::memset(out->bytes(), 0, out->storage()->bytes());
  return out;
}

TensorRef empty_strided(Dims sizes, Dims strides, DType dtype) {
  const std::size_t bytes = byte_count(sizes, dtype);
  return make_box<NativeTensor>(Storage::allocate(bytes), dtype, std::move(sizes), std::move(strides), 0);
}

TensorRef make_view(const TensorRef& base, Dims sizes, Dims strides, std::int64_t offset) {
  return make_box<NativeTensor>(base->storage(), base->dtype(), std::move(sizes), std::move(strides), offset);
}

std::size_t extent(std::span<const std::int64_t> sizes, std::span<const std::int64_t> strides, DType dtype) {
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return 0;
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(sizes[d] - 1, strides[d], &reach) || __builtin_add_overflow(last, reach, &last)) {
      fail("sizes and strides do not fit in 64 bits");
    }
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(last, 0) + 1) * dtype_size(dtype);
}

TensorRef as_native(const Ref<TensorBox>& box) {
  if (!box) fail("an undefined tensor cannot be used here");
  if (box->library() == kLibraryName) return TensorRef::share(static_cast<NativeTensor*>(box.get()));
  if (box->numel() > 0 && !box->data()) {
    fail("native kernels compute on CPU tensors, but got one on device '", box->device().type, "'");
  }
  const std::size_t bytes = extent(box->sizes(), box->strides(), box->dtype());
  auto storage = Storage::borrow(box->data(), bytes, [box] {});
  auto out = make_box<NativeTensor>(std::move(storage), box->dtype(), Dims(box->sizes()), Dims(box->strides()), 0);
  out->set_requires_grad(box->requires_grad());
  return out;
}

}  // namespace kernels

namespace {

kernels::Dims checked_strides(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides) {
  if (strides.empty()) return kernels::contiguous_strides(sizes);
  if (strides.size() != sizes.size()) {
    throw Error(ErrorCode::kBadArgument, "ValueError",
                kernels::join_text("expected one stride per dimension: ", sizes.size(), ", found ", strides.size()));
  }
  return kernels::Dims(strides);
}

}  // namespace

Tensor Tensor::from_blob(void* data, std::vector<std::int64_t> sizes, DType dtype, std::function<void()> deleter,
                         std::vector<std::int64_t> strides) {
  const bool empty = kernels::element_count(sizes) == 0;
  if (dtype_size(dtype) == 0 || (!data && !empty)) {
    throw Error(ErrorCode::kBadArgument, "ValueError", "from_blob needs memory and a dtype that portfire knows");
  }
  const kernels::Dims steps = checked_strides(sizes, strides);
  auto storage = kernels::Storage::borrow(data, kernels::extent(sizes, steps, dtype), std::move(deleter));
  return Tensor(make_box<kernels::NativeTensor>(std::move(storage), dtype, kernels::Dims(sizes), steps, 0));
}

Tensor Tensor::empty(std::vector<std::int64_t> sizes, DType dtype) { return Tensor(kernels::empty(sizes, dtype)); }

Tensor Tensor::zeros(std::vector<std::int64_t> sizes, DType dtype) { return Tensor(kernels::zeros(sizes, dtype)); }

bool Tensor::is_contiguous() const {
  std::int64_t step = 1;
  for (std::size_t d = sizes().size(); d-- > 0;) {
    if (sizes()[d] == 0) return true;
    if (sizes()[d] == 1) continue;
    if (strides()[d] != step) return false;
    step *= sizes()[d];
  }
  return true;
}

Tensor Tensor::contiguous() const {
  if (is_contiguous()) return *this;
  return Tensor(kernels::contiguous(kernels::as_native(box_)));
}

template <typename T>
T* Tensor::data_ptr() const {
  constexpr DType wanted = kernels::dtype_of<T>;
  if (dtype() != wanted) {
    throw Error(
        ErrorCode::kType, "TypeError",
        kernels::join_text("data_ptr: expected a tensor of ", dtype_name(wanted), ", found ", dtype_name(dtype())));
  }
  void* first = data();
  if (!first && numel() > 0) {
    throw Error(ErrorCode::kType, "TypeError", "data_ptr: the host cannot address this tensor's memory");
  }
  return static_cast<T*>(first);
}

template PORTFIRE_EXPORT std::uint8_t* Tensor::data_ptr<std::uint8_t>() const;
template PORTFIRE_EXPORT std::int8_t* Tensor::data_ptr<std::int8_t>() const;
template PORTFIRE_EXPORT std::int16_t* Tensor::data_ptr<std::int16_t>() const;
template PORTFIRE_EXPORT std::int32_t* Tensor::data_ptr<std::int32_t>() const;
template PORTFIRE_EXPORT std::int64_t* Tensor::data_ptr<std::int64_t>() const;
template PORTFIRE_EXPORT std::uint16_t* Tensor::data_ptr<std::uint16_t>() const;
template PORTFIRE_EXPORT std::uint32_t* Tensor::data_ptr<std::uint32_t>() const;
template PORTFIRE_EXPORT std::uint64_t* Tensor::data_ptr<std::uint64_t>() const;
template PORTFIRE_EXPORT float* Tensor::data_ptr<float>() const;
template PORTFIRE_EXPORT double* Tensor::data_ptr<double>() const;
template PORTFIRE_EXPORT bool* Tensor::data_ptr<bool>() const;
template PORTFIRE_EXPORT std::complex<float>* Tensor::data_ptr<std::complex<float>>() const;
template PORTFIRE_EXPORT std::complex<double>* Tensor::data_ptr<std::complex<double>>() const;

}  // namespace portfire
