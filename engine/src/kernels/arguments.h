// Reading a call's arguments and writing its results, in the types that kernels use.
//
// An argument that the call does not have (an old program knows fewer) counts as None.
#pragma once

#include <optional>
#include <vector>

#include "convert.h"
#include "fail.h"
#include "portfire/op.h"
#include "scalar.h"

namespace portfire::kernels {

inline bool is_absent(const Call& c, std::size_t i) { return i >= c.size() || c[i].is_none(); }

TensorRef tensor_at(const Call& c, std::size_t i);
TensorRef optional_tensor_at(const Call& c, std::size_t i);  // null if None or undefined
std::vector<TensorRef> tensors_at(const Call& c, std::size_t i);
std::vector<TensorRef> optional_tensors_at(const Call& c, std::size_t i);
Scalar scalar_at(const Call& c, std::size_t i);
Scalar scalar_or(const Call& c, std::size_t i, Scalar otherwise);
std::int64_t int_at(const Call& c, std::size_t i);
std::int64_t int_or(const Call& c, std::size_t i, std::int64_t otherwise);
double double_at(const Call& c, std::size_t i);
double double_or(const Call& c, std::size_t i, double otherwise);
bool bool_or(const Call& c, std::size_t i, bool otherwise);
std::string string_or(const Call& c, std::size_t i, const char* otherwise);
Dims ints_at(const Call& c, std::size_t i);  // a list, or one int
std::optional<Dims> optional_ints_at(const Call& c, std::size_t i);
std::vector<double> doubles_at(const Call& c, std::size_t i);
std::optional<DType> optional_dtype_at(const Call& c, std::size_t i);
DType dtype_or(const Call& c, std::size_t i, DType otherwise);
// int[n] as convolutions take them: one value stands for all.
Dims expanded_ints_at(const Call& c, std::size_t i, std::size_t n, const char* what);

// Throws unless layout is strided, device a CPU and pin_memory off: arguments first, first + 1 and first + 2.
void check_tensor_options(const Call& c, std::size_t layout);
// Throws unless the device is a CPU (or None).
void check_device(const Call& c, std::size_t i);
// Throws unless the argument is None: the native kernel of `op` does not have it.
void check_unsupported(const Call& c, std::size_t i, const char* op, const char* argument);

Value as_value(TensorRef t);
Value as_value(const std::vector<TensorRef>& list);
void set_results(Call& c, std::initializer_list<TensorRef> results);

}  // namespace portfire::kernels
