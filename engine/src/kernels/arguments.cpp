// Conversions between the engine's values and what kernels use.
#include "arguments.h"

namespace portfire::kernels {
namespace {

TensorRef native_or_null(const Value& v) {
  if (v.is_none()) return {};
  const Tensor t = v.to_tensor();
  return t.defined() ? as_native(t.box()) : TensorRef{};
}

}  // namespace

TensorRef tensor_at(const Call& c, std::size_t i) {
  if (i >= c.size()) fail("argument ", i, ", a tensor, is missing");
  TensorRef t = native_or_null(c[i]);
  if (!t) fail("argument ", i, " must be a tensor, but it is ", tag_name(c[i].tag()));
  return t;
}

TensorRef optional_tensor_at(const Call& c, std::size_t i) {
  return is_absent(c, i) ? TensorRef{} : native_or_null(c[i]);
}

std::vector<TensorRef> tensors_at(const Call& c, std::size_t i) {
  std::vector<TensorRef> out;
  for (const Value& v : c[i].to_list().items) {
    out.push_back(native_or_null(v));
    if (!out.back()) fail("expected a list of tensors, but element ", out.size() - 1, " is None");
  }
  return out;
}

std::vector<TensorRef> optional_tensors_at(const Call& c, std::size_t i) {
  std::vector<TensorRef> out;
  for (const Value& v : c[i].to_list().items) out.push_back(native_or_null(v));
  return out;
}

Scalar scalar_at(const Call& c, std::size_t i) { return Scalar::from_value(c[i]); }
Scalar scalar_or(const Call& c, std::size_t i, Scalar otherwise) {
  return is_absent(c, i) ? otherwise : scalar_at(c, i);
}
std::int64_t int_at(const Call& c, std::size_t i) {
  return c[i].is_bool() ? static_cast<std::int64_t>(c[i].to_bool()) : c[i].to_int();
}
std::int64_t int_or(const Call& c, std::size_t i, std::int64_t otherwise) {
  return is_absent(c, i) ? otherwise : int_at(c, i);
}
double double_at(const Call& c, std::size_t i) { return c[i].number_to_double(); }
double double_or(const Call& c, std::size_t i, double otherwise) {
  return is_absent(c, i) ? otherwise : double_at(c, i);
}
bool bool_or(const Call& c, std::size_t i, bool otherwise) { return is_absent(c, i) ? otherwise : int_at(c, i) != 0; }
std::string string_or(const Call& c, std::size_t i, const char* otherwise) {
  return is_absent(c, i) ? std::string(otherwise) : c[i].to_string();
}

Dims ints_at(const Call& c, std::size_t i) {
  if (c[i].is_int()) return Dims{c[i].to_int()};
  Dims out;
  for (const Value& v : c[i].to_list().items) out.push_back(v.to_int());
  return out;
}

std::optional<Dims> optional_ints_at(const Call& c, std::size_t i) {
  if (is_absent(c, i)) return std::nullopt;
  return ints_at(c, i);
}

std::vector<double> doubles_at(const Call& c, std::size_t i) {
  std::vector<double> out;
  for (const Value& v : c[i].to_list().items) out.push_back(v.number_to_double());
  return out;
}

std::optional<DType> optional_dtype_at(const Call& c, std::size_t i) {
  if (is_absent(c, i)) return std::nullopt;
  const std::int64_t number = c[i].to_int();
  const auto dtype = static_cast<DType>(number);
  if (number < 0 || number > 127 || dtype_size(dtype) == 0) fail("dtype number ", number, " is not known");
  return dtype;
}

DType dtype_or(const Call& c, std::size_t i, DType otherwise) { return optional_dtype_at(c, i).value_or(otherwise); }

Dims expanded_ints_at(const Call& c, std::size_t i, std::size_t n, const char* what) {
  Dims given = ints_at(c, i);
  if (given.size() == n) return given;
  if (given.size() != 1) fail("expected ", what, " to have 1 or ", n, " values, but got ", given.size());
  return Dims(n, given[0]);
}

void check_device(const Call& c, std::size_t i) {
  if (is_absent(c, i)) return;
  const Device& device = c[i].to_device();
  if (device.type != "cpu") fail("native kernels compute on the CPU, but device '", device.type, "' was asked for");
}

void check_tensor_options(const Call& c, std::size_t layout) {
  if (int_or(c, layout, 0) != 0) fail("native kernels have strided tensors only, but another layout was asked for");
  check_device(c, layout + 1);
  if (bool_or(c, layout + 2, false)) fail("native kernels cannot pin memory");
}

void check_unsupported(const Call& c, std::size_t i, const char* op, const char* argument) {
  if (!is_absent(c, i)) fail("the native kernel of ", op, " does not support the argument '", argument, "'");
}

Value as_value(TensorRef t) { return t ? Value(Tensor(std::move(t))) : Value(); }

Value as_value(const std::vector<TensorRef>& list) {
  std::vector<Value> items;
  items.reserve(list.size());
  for (const TensorRef& t : list) items.push_back(as_value(t));
  return Value::list(portfire::Type::leaf(TypeKind::kTensor), std::move(items));
}

void set_results(Call& c, std::initializer_list<TensorRef> results) {
  std::size_t i = 0;
  for (const TensorRef& r : results) c.set_result(i++, as_value(r));
}

}  // namespace portfire::kernels
