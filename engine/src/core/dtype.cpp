// dtypes by number: sizes and torch's names.
#include "portfire/tensor.h"

namespace portfire {
namespace {

struct Row {
  DType dtype;
  std::size_t size;
  const char* name;
};

// clang-format off
constexpr Row kRows[] = {
    {DType::kUInt8, 1, "uint8"},       {DType::kInt8, 1, "int8"},           {DType::kInt16, 2, "int16"},
    {DType::kInt32, 4, "int32"},       {DType::kInt64, 8, "int64"},         {DType::kFloat16, 2, "float16"},
    {DType::kFloat32, 4, "float32"},   {DType::kFloat64, 8, "float64"},     {DType::kComplexHalf, 4, "complex32"},
    {DType::kComplex64, 8, "complex64"}, {DType::kComplex128, 16, "complex128"}, {DType::kBool, 1, "bool"},
    {DType::kQInt8, 1, "qint8"},       {DType::kQUInt8, 1, "quint8"},       {DType::kQInt32, 4, "qint32"},
    {DType::kBFloat16, 2, "bfloat16"}, {DType::kUInt16, 2, "uint16"},       {DType::kUInt32, 4, "uint32"},
    {DType::kUInt64, 8, "uint64"},
};
// clang-format on

const Row* find_row(DType dtype) noexcept {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return &row;
  }
  return nullptr;
}

}  // namespace

std::size_t dtype_size(DType dtype) noexcept {
  const Row* row = find_row(dtype);
  return row ? row->size : 0;
}

const char* dtype_name(DType dtype) noexcept {
  const Row* row = find_row(dtype);
  return row ? row->name : "?";
}

}  // namespace portfire
