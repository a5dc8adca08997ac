// Tensors of a Python without torch: numpy arrays and whatever else speaks DLPack or the buffer protocol, over the same
// memory both ways.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>
#include <utility>

#include "conversion.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;
using nb::dlpack::dtype_code;

struct DTypeRow {
  DType dtype;
  dtype_code code;
  std::uint8_t bits;
};

constexpr DTypeRow kDTypes[] = {
    {DType::kUInt8, dtype_code::UInt, 8},         {DType::kInt8, dtype_code::Int, 8},
    {DType::kInt16, dtype_code::Int, 16},         {DType::kInt32, dtype_code::Int, 32},
    {DType::kInt64, dtype_code::Int, 64},         {DType::kFloat16, dtype_code::Float, 16},
    {DType::kFloat32, dtype_code::Float, 32},     {DType::kFloat64, dtype_code::Float, 64},
    {DType::kComplex64, dtype_code::Complex, 64}, {DType::kComplex128, dtype_code::Complex, 128},
    {DType::kBool, dtype_code::Bool, 8},          {DType::kBFloat16, dtype_code::Bfloat, 16},
    {DType::kUInt16, dtype_code::UInt, 16},       {DType::kUInt32, dtype_code::UInt, 32},
    {DType::kUInt64, dtype_code::UInt, 64},
};

std::optional<DType> dtype_from(const nb::dlpack::dtype& d) {
  for (const DTypeRow& row : kDTypes) {
    if (static_cast<std::uint8_t>(row.code) == d.code && row.bits == d.bits && d.lanes == 1) return row.dtype;
  }
  return std::nullopt;
}

std::optional<nb::dlpack::dtype> dtype_to(DType dtype) {
  for (const DTypeRow& row : kDTypes) {
    if (row.dtype == dtype) return nb::dlpack::dtype{static_cast<std::uint8_t>(row.code), row.bits, 1};
  }
  return std::nullopt;
}

// Released on whatever thread drops the last reference.
void release_array(nb::ndarray<>* array) {
  const nb::gil_scoped_acquire gil;
  delete array;
}

bool speaks_arrays(PyObject* object) {
  return PyObject_CheckBuffer(object) || PyObject_HasAttrString(object, "__dlpack__");
}

}  // namespace

bool foreign_tensor_from_python(PyObject* object, Value& out) {
  nb::ndarray<> array;
  if (!speaks_arrays(object) || PyUnicode_Check(object) || !nb::try_cast(nb::handle(object), array)) return false;
  const auto dtype = dtype_from(array.dtype());
  if (!dtype || array.device_type() != nb::device::cpu::value) return false;
  std::vector<std::int64_t> sizes, strides;
  for (std::size_t i = 0; i < array.ndim(); ++i) {
    sizes.push_back(static_cast<std::int64_t>(array.shape(i)));
    strides.push_back(array.stride(i));
  }
  auto* kept = new nb::ndarray<>(array);
  out = Tensor::from_blob(kept->data(), std::move(sizes), *dtype, [kept] { release_array(kept); }, std::move(strides));
  return true;
}

PyObject* foreign_tensor_to_python(const Value& value) {
  const Tensor tensor = value.to_tensor();
  const auto dtype = dtype_to(tensor.dtype());
  if (!dtype)
    throw ConversionError(std::string("a tensor of ") + dtype_name(tensor.dtype()) + " has no form in Python");
  std::vector<std::size_t> shape(tensor.sizes().begin(), tensor.sizes().end());
  const std::vector<std::int64_t> strides(tensor.strides().begin(), tensor.strides().end());
  const nb::capsule owner(new Tensor(tensor), [](void* p) noexcept { delete static_cast<Tensor*>(p); });
  if (tensor.dtype() == DType::kBFloat16) {  // numpy has no bfloat16: DLPack for those who have
    return nb::ndarray<>(tensor.data(), shape.size(), shape.data(), owner, strides.data(), *dtype)
        .cast()
        .release()
        .ptr();
  }
  return nb::ndarray<nb::numpy>(tensor.data(), shape.size(), shape.data(), owner, strides.data(), *dtype)
      .cast()
      .release()
      .ptr();
}

}  // namespace portfire::python
