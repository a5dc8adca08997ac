// Tensors to Python numbers and lists, and back: int(t), t.tolist(), torch.tensor([...]).

#include <ATen/Functions.h>
#include <ATen/ScalarOps.h>
#include <c10/util/accumulate.h>

#include <complex>
#include <optional>

#include "ivalue.h"
#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

template <typename T>
T item(const Call& call, std::size_t i) {
  return tensor_at(call, i).item<T>();
}

void int_of(Call& call) { call.set_result(item<std::int64_t>(call, 0)); }
void float_of(Call& call) { call.set_result(item<double>(call, 0)); }
void bool_of(Call& call) { call.set_result(tensor_at(call, 0).is_nonzero()); }
void scalar_of(Call& call) { call.set_result(from_scalar(tensor_at(call, 0).item())); }

// The implicit conversion of an argument is stricter than int(t): no gradient, no dimension, no fraction may get lost.
at::Tensor check_implicit(const Call& call, bool integral) {
  at::Tensor t = tensor_at(call, 0);
  TORCH_CHECK(!t.requires_grad(), "Cannot input a tensor that requires grad as a scalar argument");
  TORCH_CHECK(t.dim() == 0, "Cannot input a tensor of dimension other than 0 as a scalar argument");
  TORCH_CHECK(!integral || at::isIntegralType(t.scalar_type(), /*includeBool=*/false), "Cannot input a tensor of type ",
              t.scalar_type(), " as an integral argument");
  return t;
}

void int_implicit(Call& call) { call.set_result(check_implicit(call, true).item<std::int64_t>()); }
void float_implicit(Call& call) { call.set_result(check_implicit(call, false).item<double>()); }
void scalar_implicit(Call& call) { call.set_result(from_scalar(check_implicit(call, false).item())); }
void complex_implicit(Call& call) {
  call.set_result(std::complex<double>(check_implicit(call, false).item<c10::complex<double>>()));
}

double real_part(const Value& v) {
  return v.is_tensor() ? TensorArgument(v).get().item<double>() : v.number_to_double();
}
void complex_of(Call& call) { call.set_result(std::complex<double>(real_part(call[0]), real_part(call[1]))); }

void num_to_tensor(Call& call) { call.set_result(wrap(at::scalar_to_tensor(to_scalar(call[0])))); }

// torch.tensor: the dtype that Python numbers have.
at::ScalarType natural_dtype(const Value& number) {
  const at::ScalarType floating = at::typeMetaToScalarType(at::get_default_dtype());
  switch (number.tag()) {
    case Tag::kBool:
      return at::kBool;
    case Tag::kInt:
      return at::kLong;
    case Tag::kComplex:
      return at::toComplexType(floating);
    default:
      return floating;
  }
}

std::span<const Value> items_of(const Value& value) {
  if (value.is_tuple()) return value.to_tuple().items;
  return value.to_list().items;
}

at::ScalarType widest_dtype(const Value& value, at::ScalarType so_far) {
  if (!value.is_list() && !value.is_tuple()) return at::promoteTypes(so_far, natural_dtype(value));
  for (const Value& v : items_of(value)) so_far = widest_dtype(v, so_far);
  return so_far;
}

at::ScalarType element_dtype(const Type& type) {
  switch (type.kind) {
    case TypeKind::kList:
      return element_dtype(*type.contained[0]);
    case TypeKind::kInt:
      return at::kLong;
    case TypeKind::kBool:
      return at::kBool;
    default:
      return at::typeMetaToScalarType(at::get_default_dtype());
  }
}

// Fills `out`, row-major, checking that all rows are of the same length.
template <typename T, typename Read>
void flatten(const Value& value, at::IntArrayRef sizes, T*& out, Read read) {
  if (sizes.empty()) {
    *out++ = read(value);
    return;
  }
  const std::span<const Value> items = items_of(value);
  TORCH_CHECK_VALUE(static_cast<std::int64_t>(items.size()) == sizes[0], "expected sequence of length ", sizes[0],
                    " at dim ", sizes.size(), " (got ", items.size(), ")");
  for (const Value& item : items) flatten(item, sizes.slice(1), out, read);
}

std::vector<std::int64_t> nested_sizes(const Value& value) {
  std::vector<std::int64_t> sizes;
  const Value* level = &value;
  while (level->is_list() || level->is_tuple()) {
    const std::span<const Value> items = items_of(*level);
    sizes.push_back(static_cast<std::int64_t>(items.size()));
    if (items.empty()) break;
    level = &items[0];
  }
  return sizes;
}

template <typename T, typename Read>
at::Tensor read_numbers(const Value& data, at::IntArrayRef sizes, at::ScalarType dtype, Read read) {
  at::Tensor out = at::empty(sizes, dtype);
  auto* p = out.mutable_data_ptr<T>();
  flatten(data, sizes, p, read);
  return out;
}

// The numbers are read in the widest type of their kind, and converted once.
at::Tensor tensor_of_numbers(const Value& data, std::optional<at::ScalarType> wanted) {
  const std::vector<std::int64_t> sizes = nested_sizes(data);
  if (c10::multiply_integers(sizes) == 0) {
    const at::ScalarType natural = data.is_list() ? element_dtype(*data.to_list().element) : at::kFloat;
    return at::empty(sizes, wanted.value_or(natural));
  }
  const at::ScalarType natural = widest_dtype(data, at::kBool);
  at::Tensor read;
  if (at::isComplexType(natural)) {
    read = read_numbers<c10::complex<double>>(data, sizes, at::kComplexDouble,
                                              [](const Value& v) { return to_scalar(v).toComplexDouble(); });
  } else if (at::isFloatingType(natural)) {
    read = read_numbers<double>(data, sizes, at::kDouble, [](const Value& v) { return to_scalar(v).toDouble(); });
  } else {
    read = read_numbers<std::int64_t>(data, sizes, at::kLong, [](const Value& v) { return to_scalar(v).toLong(); });
  }
  return read.to(wanted.value_or(natural));
}

std::optional<at::ScalarType> dtype_at(const Call& call, std::size_t i) {
  if (call[i].is_none()) return std::nullopt;
  return to_scalar_type(call[i]);
}

at::Tensor placed(at::Tensor t, std::optional<at::ScalarType> dtype, const Value& device) {
  if (dtype) t = t.to(*dtype);
  return device.is_none() ? t : t.to(to_device(device));
}

void make_tensor(Call& call) {
  const auto dtype = dtype_at(call, 1);
  at::Tensor t = call[0].is_tensor() ? tensor_at(call, 0).detach().clone() : tensor_of_numbers(call[0], dtype);
  t = placed(std::move(t), dtype, call[2]);
  if (call.size() > 3 && call[3].to_bool()) t.set_requires_grad(true);
  call.set_result(wrap(std::move(t)));
}

void as_tensor(Call& call) {
  const auto dtype = dtype_at(call, 1);
  at::Tensor t = call[0].is_tensor() ? tensor_at(call, 0) : tensor_of_numbers(call[0], dtype);
  call.set_result(wrap(placed(std::move(t), dtype, call[2])));
}

void list_to_tensor(Call& call) { call.set_result(wrap(tensor_of_numbers(call[0], at::kLong))); }

// tolist: the declared type says how deep and of what; TorchScript passes both as ints.
enum class Element : std::int64_t { kInt = 0, kFloat = 1, kBool = 2, kComplex = 3 };

TypePtr list_type(Element element, std::int64_t depth) {
  static constexpr TypeKind kinds[] = {TypeKind::kInt, TypeKind::kFloat, TypeKind::kBool, TypeKind::kComplex};
  TypePtr type = Type::leaf(kinds[static_cast<std::int64_t>(element)]);
  for (std::int64_t i = 0; i < depth; ++i) type = Type::list(type);
  return type;
}

void check_element(Element element, at::ScalarType dtype) {
  const bool fits = element == Element::kInt     ? at::isIntegralType(dtype, false)
                    : element == Element::kFloat ? at::isFloatingType(dtype)
                    : element == Element::kBool  ? dtype == at::kBool
                                                 : at::isComplexType(dtype);
  TORCH_CHECK(fits, "Output annotation element type and runtime tensor element type must match for tolist()");
}

Value nested_list(const at::Tensor& t, Element element) {
  if (t.dim() == 0) return from_scalar(t.item());
  std::vector<Value> items;
  items.reserve(static_cast<std::size_t>(t.size(0)));
  for (std::int64_t i = 0; i < t.size(0); ++i) items.push_back(nested_list(t.select(0, i), element));
  return Value::list(list_type(element, t.dim() - 1), std::move(items));
}

void to_list(Call& call) {
  const at::Tensor t = tensor_at(call, 0).detach().cpu();
  const std::int64_t number = call[2].to_int();
  TORCH_CHECK(number >= 0 && number <= static_cast<std::int64_t>(Element::kComplex), "tolist(): unknown element type");
  const auto element = static_cast<Element>(number);
  TORCH_CHECK(t.dim() == call[1].to_int(),
              "Output annotation list dimension and runtime tensor dimension must match for tolist()");
  check_element(element, t.scalar_type());
  call.set_result(nested_list(t, element));
}

void ints_of_tensor(Call& call) {
  const at::Tensor t = tensor_at(call, 0).to(at::kCPU, at::kLong).contiguous();
  const auto* p = t.const_data_ptr<std::int64_t>();
  call.set_result(Value::list(Type::leaf(TypeKind::kInt), std::vector<Value>(p, p + t.numel())));
}

void copy_number(Call& call) {
  tensor_at(call, 0).fill_(to_scalar(call[1]));
  call.set_result(Value(call[0]));
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::Int.Tensor", guarded<int_of, 1>},
      {"aten::Float.Tensor", guarded<float_of, 1>},
      {"aten::Bool.Tensor", guarded<bool_of, 1>},
      {"aten::IntImplicit", guarded<int_implicit, 1>},
      {"aten::FloatImplicit", guarded<float_implicit, 1>},
      {"aten::ScalarImplicit", guarded<scalar_implicit, 1>},
      {"aten::ComplexImplicit", guarded<complex_implicit, 1>},
      {"aten::Complex.Tensor_Tensor", guarded<complex_of, 2>},
      {"aten::Complex.Tensor_float", guarded<complex_of, 2>},
      {"aten::Complex.float_Tensor", guarded<complex_of, 2>},
      {"aten::Complex.Tensor_int", guarded<complex_of, 2>},
      {"aten::Complex.int_Tensor", guarded<complex_of, 2>},
      {"aten::Complex.Tensor_bool", guarded<complex_of, 2>},
      {"aten::Complex.bool_Tensor", guarded<complex_of, 2>},
      {"aten::item", guarded<scalar_of, 1>},
      {"prim::NumToTensor.Scalar", guarded<num_to_tensor, 1>},
      {"prim::NumToTensor.bool", guarded<num_to_tensor, 1>},
      {"aten::tensor", guarded<make_tensor, 4>},
      {"aten::tensor.bool", guarded<make_tensor, 4>},
      {"aten::tensor.int", guarded<make_tensor, 4>},
      {"aten::tensor.float", guarded<make_tensor, 4>},
      {"aten::tensor.complex", guarded<make_tensor, 4>},
      {"aten::as_tensor", guarded<as_tensor, 3>},
      {"aten::as_tensor.bool", guarded<as_tensor, 3>},
      {"aten::as_tensor.int", guarded<as_tensor, 3>},
      {"aten::as_tensor.float", guarded<as_tensor, 3>},
      {"aten::as_tensor.complex", guarded<as_tensor, 3>},
      {"aten::as_tensor.list", guarded<as_tensor, 3>},
      {"prim::tolist", guarded<to_list, 3>},
      {"aten::_list_to_tensor", guarded<list_to_tensor, 1>},
      {"aten::_tensor_to_list", guarded<ints_of_tensor, 1>},
      {"aten::copy_.int", guarded<copy_number, 2>},
      {"aten::copy_.float", guarded<copy_number, 2>},
  };
  return table;
}

}  // namespace

OpFunction find_number_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
