// How one C++ parameter of an ATen operator is made from a Value, and one result turned back. `code` is the letter of
// the parameter in the signatures of `unboxed.cpp`.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/SymIntArrayRef.h>
#include <c10/util/SmallVector.h>

#include <optional>
#include <tuple>
#include <vector>

#include "aten_tensor.h"
#include "ivalue.h"

namespace portfire::aten {

template <typename T>
struct Argument;

template <>
struct Argument<const at::Tensor&> : TensorArgument {
  using TensorArgument::TensorArgument;
};
template <>
struct Argument<at::Tensor&> {
  explicit Argument(const Value& v) : tensor(TensorArgument(v).get()) {}
  at::Tensor& get() { return tensor; }
  at::Tensor tensor;
};
template <>
struct Argument<const std::optional<at::Tensor>&> {
  explicit Argument(const Value& v) {
    if (!v.is_none()) tensor = TensorArgument(v).get();
  }
  const std::optional<at::Tensor>& get() const { return tensor; }
  std::optional<at::Tensor> tensor;
};
template <>
struct Argument<const at::Scalar&> {
  explicit Argument(const Value& v) : scalar(to_scalar(v)) {}
  const at::Scalar& get() const { return scalar; }
  at::Scalar scalar;
};

// Numbers that are passed by value.
template <typename T>
struct Number;
template <>
struct Number<std::int64_t> {
  static std::int64_t read(const Value& v) { return v.is_bool() ? v.to_bool() : v.to_int(); }
};
template <>
struct Number<c10::SymInt> {
  static c10::SymInt read(const Value& v) { return Number<std::int64_t>::read(v); }
};
template <>
struct Number<double> {
  static double read(const Value& v) { return v.is_double() ? v.to_double() : v.number_to_double(); }
};
template <>
struct Number<bool> {
  static bool read(const Value& v) { return v.to_bool(); }
};
template <>
struct Number<at::Scalar> {
  static at::Scalar read(const Value& v) { return to_scalar(v); }
};
template <>
struct Number<at::ScalarType> {
  static at::ScalarType read(const Value& v) { return to_scalar_type(v); }
};
template <>
struct Number<at::Layout> {
  static at::Layout read(const Value& v) { return to_layout(v); }
};
template <>
struct Number<at::MemoryFormat> {
  static at::MemoryFormat read(const Value& v) { return to_memory_format(v); }
};
template <>
struct Number<at::Device> {
  static at::Device read(const Value& v) { return v.is_string() ? at::Device(v.to_string()) : to_device(v); }
};

template <typename T>
struct ByValue {
  explicit ByValue(const Value& v) : number(Number<T>::read(v)) {}
  T get() const { return number; }
  T number;
};
template <typename T>
struct ByValue<std::optional<T>> {
  explicit ByValue(const Value& v) {
    if (!v.is_none()) number = Number<T>::read(v);
  }
  std::optional<T> get() const { return number; }
  std::optional<T> number;
};

template <>
struct Argument<std::int64_t> : ByValue<std::int64_t> {
  using ByValue::ByValue;
};
template <>
struct Argument<c10::SymInt> : ByValue<c10::SymInt> {
  using ByValue::ByValue;
};
template <>
struct Argument<double> : ByValue<double> {
  using ByValue::ByValue;
};
template <>
struct Argument<bool> : ByValue<bool> {
  using ByValue::ByValue;
};
template <>
struct Argument<at::ScalarType> : ByValue<at::ScalarType> {
  using ByValue::ByValue;
};
template <>
struct Argument<at::MemoryFormat> : ByValue<at::MemoryFormat> {
  using ByValue::ByValue;
};
template <>
struct Argument<at::Device> : ByValue<at::Device> {
  using ByValue::ByValue;
};
template <typename T>
struct Argument<std::optional<T>> : ByValue<std::optional<T>> {
  using ByValue<std::optional<T>>::ByValue;
};
template <>
struct Argument<const std::optional<at::Scalar>&> : ByValue<std::optional<at::Scalar>> {
  using ByValue::ByValue;
  const std::optional<at::Scalar>& get() const { return number; }
};

// Lists of ints, from a list or a tuple.
template <typename T>
struct IntList {
  explicit IntList(const Value& v) {
    const std::span<const Value> items = v.is_tuple() ? std::span<const Value>(v.to_tuple().items) : v.to_list().items;
    numbers.reserve(items.size());
    for (const Value& item : items) numbers.push_back(Number<T>::read(item));
  }
  c10::ArrayRef<T> get() const { return numbers; }
  c10::SmallVector<T, 5> numbers;
};
template <>
struct Argument<at::IntArrayRef> : IntList<std::int64_t> {
  using IntList::IntList;
};
template <>
struct Argument<c10::SymIntArrayRef> : IntList<c10::SymInt> {
  using IntList::IntList;
};
template <>
struct Argument<at::OptionalIntArrayRef> {
  explicit Argument(const Value& v) {
    if (!v.is_none()) list.emplace(v);
  }
  at::OptionalIntArrayRef get() const { return list ? at::OptionalIntArrayRef(list->get()) : std::nullopt; }
  std::optional<IntList<std::int64_t>> list;
};
template <>
struct Argument<const at::ITensorListRef&> {
  explicit Argument(const Value& v) {
    for (const Value& item : v.to_list().items) tensors.push_back(TensorArgument(item).get());
    list = at::ITensorListRef(tensors);
  }
  const at::ITensorListRef& get() const { return list; }
  c10::SmallVector<at::Tensor, 4> tensors;
  at::ITensorListRef list;
};
template <>
struct Argument<at::TensorList> {
  explicit Argument(const Value& v) {
    for (const Value& item : v.to_list().items) tensors.push_back(TensorArgument(item).get());
  }
  at::TensorList get() const { return tensors; }
  c10::SmallVector<at::Tensor, 4> tensors;
};

}  // namespace portfire::aten
