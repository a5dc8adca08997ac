// Between tensors and Python: numbers out of tensors, tensors out of numbers and nested lists, and what a program asks
// of a tensor (sizes, dtype, device, ...).
#include "families.h"
#include "pointwise.h"
#include "portfire/call_context.h"

namespace portfire::kernels {
namespace {

Scalar only_element(const NativeTensor& t) {
  if (t.count() != 1) fail("a Tensor with ", t.count(), " elements cannot be converted to Scalar");
  return read_element(t, 0);
}

void item(Call& c) { c.set_result(only_element(*tensor_at(c, 0)).as_value()); }
void to_int(Call& c) {
  const Scalar x = only_element(*tensor_at(c, 0));
  if (x.is_complex()) fail("value cannot be converted to type int64_t without overflow");
  c.set_result(Value(x.to<std::int64_t>()));
}
void to_float(Call& c) {
  const Scalar x = only_element(*tensor_at(c, 0));
  if (x.is_complex() && x.to<std::complex<double>>().imag() != 0) {
    fail("value cannot be converted to type double without overflow");
  }
  c.set_result(Value(x.to<double>()));
}
void to_complex(Call& c) { c.set_result(Value(only_element(*tensor_at(c, 0)).to<std::complex<double>>())); }

void is_nonzero(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->count() == 0) fail("Boolean value of Tensor with no values is ambiguous");
  if (t->count() > 1) fail("Boolean value of Tensor with more than one value is ambiguous");
  c.set_result(Value(read_element(*t, 0).to<bool>()));
}

// Implicit conversions of an argument: only from a 0-d tensor of the right kind.
void check_implicit(const NativeTensor& t, const char* to) {
  if (t.requires_grad()) fail("Cannot input a tensor that requires grad as a scalar argument");
  if (t.rank() != 0) fail("Cannot input a tensor of dimension other than 0 as a scalar argument");
  if (std::string_view(to) == "int" && (is_floating(t.dtype()) || is_complex(t.dtype()))) {
    fail("Cannot input a tensor of type ", scalar_type_name(t.dtype()), " as an integral argument");
  }
}
void int_implicit(Call& c) {
  check_implicit(*tensor_at(c, 0), "int");
  to_int(c);
}
void float_implicit(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  check_implicit(*t, "float");
  if (t->dtype() != DType::kFloat32 && t->dtype() != DType::kFloat64) {
    fail("Cannot input a tensor of type ", scalar_type_name(t->dtype()), " as a floating point argument");
  }
  to_float(c);
}
void scalar_implicit(Call& c) {
  check_implicit(*tensor_at(c, 0), "Scalar");
  item(c);
}
void bool_implicit(Call& c) {
  check_implicit(*tensor_at(c, 0), "bool");
  is_nonzero(c);
}

void number_to_tensor(Call& c) {
  static constexpr DType kDTypes[] = {DType::kBool, DType::kInt64, DType::kFloat64, DType::kComplex128};
  const Scalar x = scalar_at(c, 0);
  c.set_result(as_value(scalar_tensor(x, kDTypes[static_cast<int>(x.kind())])));
}

// Nested lists of numbers: the shape by the first elements, then every number checked against it.
struct NestedList {
  Dims shape;
  std::vector<Scalar> numbers;
  Scalar::Kind kind = Scalar::Kind::kBool;
};

void collect(const Value& v, std::size_t depth, NestedList& out) {
  if (!v.is_list()) {
    if (depth != out.shape.size()) fail_value("expected sequence of equal nesting at dim ", depth);
    out.numbers.push_back(v.is_tensor() ? only_element(*as_native(v.to_tensor().box())) : Scalar::from_value(v));
    out.kind = std::max(out.kind, out.numbers.back().kind());
    return;
  }
  const auto& items = v.to_list().items;
  if (depth >= out.shape.size()) fail_value("expected a number at dim ", depth, ", found a list");
  const std::int64_t expected = out.shape[static_cast<std::int64_t>(depth)];
  if (static_cast<std::int64_t>(items.size()) != expected) {
    fail_value("expected sequence of length ", expected, " at dim ", depth, " (got ", items.size(), ")");
  }
  for (const Value& x : items) collect(x, depth + 1, out);
}

NestedList flatten_list(const Value& v) {
  NestedList out;
  const Value* at = &v;
  while (at->is_list()) {
    const auto& items = at->to_list().items;
    out.shape.push_back(static_cast<std::int64_t>(items.size()));
    if (items.empty()) break;
    at = &items[0];
  }
  collect(v, 0, out);
  return out;
}

// What an empty list is a list of, by its type tag: torch.tensor([]) is float32, an empty List[int] gives int64.
DType empty_list_dtype(const Value& v) {
  portfire::TypePtr type = v.to_list().element;
  while (type && type->kind == TypeKind::kList) type = type->contained[0];
  if (type && type->kind == TypeKind::kInt) return DType::kInt64;
  if (type && type->kind == TypeKind::kBool) return DType::kBool;
  return kDefaultDType;
}

TensorRef tensor_from(const Value& v, std::optional<DType> dtype) {
  if (!v.is_list()) {
    const Scalar x = Scalar::from_value(v);
    return scalar_tensor(x, dtype.value_or(x.default_dtype()));
  }
  const NestedList list = flatten_list(v);
  static constexpr DType kDTypes[] = {DType::kBool, DType::kInt64, DType::kFloat32, DType::kComplex64};
  const DType inferred = list.numbers.empty() ? empty_list_dtype(v) : kDTypes[static_cast<int>(list.kind)];
  TensorRef out = empty(list.shape, dtype.value_or(inferred));
  dispatch_all(out->dtype(), "tensor", [&]<typename T>(Type<T>) {
    T* p = out->ptr<T>();
    for (const Scalar& x : list.numbers) *p++ = x.to<T>();
  });
  return out;
}

// (data, *, dtype, device, requires_grad)
void tensor(Call& c) {
  check_device(c, 2);
  TensorRef out = tensor_from(c[0], optional_dtype_at(c, 1));
  out->set_requires_grad(bool_or(c, 3, false));
  c.set_result(as_value(out));
}
void as_tensor(Call& c) {
  check_device(c, 2);
  if (!c[0].is_tensor()) return c.set_result(as_value(tensor_from(c[0], optional_dtype_at(c, 1))));
  const TensorRef t = tensor_at(c, 0);
  c.set_result(as_value(convert(t, dtype_or(c, 1, t->dtype()))));
}

// tolist: TorchScript passes the wanted rank and element type (0 int, 1 float, 2 bool, 3 complex).
Value nested_list(const NativeTensor& t, std::int64_t dim, std::int64_t& at, const portfire::TypePtr& element) {
  if (dim == t.rank()) {
    const Scalar x = read_element(t, at++);
    switch (element->kind) {
      case TypeKind::kFloat:
        return Value(x.to<double>());
      case TypeKind::kInt:
        return Value(x.to<std::int64_t>());
      case TypeKind::kBool:
        return Value(x.to<bool>());
      default:
        return x.as_value();
    }
  }
  std::vector<Value> items;
  for (std::int64_t i = 0; i < t.size(dim); ++i) items.push_back(nested_list(t, dim + 1, at, element));
  portfire::TypePtr type = element;
  for (std::int64_t d = dim + 1; d < t.rank(); ++d) type = portfire::Type::list(type);
  return Value::list(type, std::move(items));
}

void tolist(Call& c) {
  static constexpr TypeKind kKinds[] = {TypeKind::kInt, TypeKind::kFloat, TypeKind::kBool, TypeKind::kComplex};
  const TensorRef t = tensor_at(c, 0);
  const std::int64_t rank = int_at(c, 1);
  const std::int64_t kind = int_at(c, 2);
  if (rank != t->rank()) {
    fail("Output annotation list dimension and runtime tensor dimension must match for tolist()");
  }
  if (kind < 0 || kind > 3) fail("tolist: element type number ", kind, " is not known");
  const bool fits = kind == 0   ? is_integral(t->dtype())
                    : kind == 1 ? is_floating(t->dtype())
                    : kind == 3 ? is_complex(t->dtype())
                                : t->dtype() == DType::kBool;
  if (!fits) fail("Output annotation element type and runtime tensor element type must match for tolist()");
  std::int64_t at = 0;
  c.set_result(nested_list(*t, 0, at, portfire::Type::leaf(kKinds[kind])));
}

Value int_list(std::span<const std::int64_t> v) {
  return Value::list(portfire::Type::leaf(TypeKind::kInt), std::vector<Value>(v.begin(), v.end()));
}

void tensor_to_list(Call& c) {
  const TensorRef t = contiguous_as(tensor_at(c, 0), DType::kInt64);
  c.set_result(int_list({t->ptr<std::int64_t>(), static_cast<std::size_t>(t->count())}));
}
void list_to_tensor(Call& c) { c.set_result(as_value(tensor_from(c[0], DType::kInt64))); }

void size(Call& c) { c.set_result(int_list(tensor_at(c, 0)->sizes())); }
void stride(Call& c) { c.set_result(int_list(tensor_at(c, 0)->strides())); }
void size_at(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() == 0) fail_index("Dimension specified as ", int_at(c, 1), " but tensor has no dimensions");
  c.set_result(Value(t->size(wrap_dim(int_at(c, 1), t->rank()))));
}
void stride_at(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() == 0) fail_index("Dimension specified as ", int_at(c, 1), " but tensor has no dimensions");
  c.set_result(Value(t->stride(wrap_dim(int_at(c, 1), t->rank()))));
}
void rank(Call& c) { c.set_result(Value(tensor_at(c, 0)->rank())); }
void numel(Call& c) { c.set_result(Value(tensor_at(c, 0)->count())); }
void length(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  if (t->rank() == 0) throw Error(ErrorCode::kRuntime, "TypeError", "len() of a 0-d tensor");
  c.set_result(Value(t->size(0)));
}
void dtype(Call& c) { c.set_result(Value(static_cast<std::int64_t>(tensor_at(c, 0)->dtype()))); }
void device(Call& c) { c.set_result(Value(tensor_at(c, 0)->device())); }
void layout(Call& c) { c.set_result(Value(0)); }
void requires_grad(Call& c) { c.set_result(Value(tensor_at(c, 0)->requires_grad())); }
void requires_grad_in_place(Call& c) {
  tensor_at(c, 0)->set_requires_grad(bool_or(c, 1, true));
  c.set_result(c[0]);
}
// These kernels keep no gradients and have no autocast: the modes are never on, and switching them off does nothing.
void enter_autocast(Call& c) {
  if (c[2].to_bool()) fail("autocast needs libtorch's kernels: load the program with kernels=\"aten\"");
  c.set_result(Value::list(portfire::Type::leaf(portfire::TypeKind::kInt), {}));
}
void always_false(Call& c) { c.set_result(Value(false)); }

// A host without Python gets warnings as lines of print.
void print_warning(Call& c, const std::string& category) {
  const std::string name = category.substr(category.rfind('.') + 1);
  if (c.context() != nullptr) c.context()->print(name + ": " + c[0].to_string() + "\n");
  c.set_result(Value());
}
void warn(Call& c) { print_warning(c, "UserWarning"); }
void warn_of_category(Call& c) { print_warning(c, c[1].to_string()); }
void always_true(Call& c) { c.set_result(Value(true)); }
void none(Call& c) { c.set_result(Value()); }
void is_floating_point(Call& c) { c.set_result(Value(is_floating(tensor_at(c, 0)->dtype()))); }
void is_complex_op(Call& c) { c.set_result(Value(is_complex(tensor_at(c, 0)->dtype()))); }
void is_signed(Call& c) {
  const DType d = tensor_at(c, 0)->dtype();
  c.set_result(Value(d != DType::kBool && d != DType::kUInt8 && d != DType::kUInt16 && d != DType::kUInt32 &&
                     d != DType::kUInt64));
}
void is_same_size(Call& c) { c.set_result(Value(tensor_at(c, 0)->shape() == tensor_at(c, 1)->shape())); }
void is_contiguous(Call& c) { c.set_result(Value(tensor_at(c, 0)->is_contiguous())); }
void is_dense_op(Call& c) { c.set_result(Value(is_dense(*tensor_at(c, 0)))); }
void storage_offset(Call& c) { c.set_result(Value(tensor_at(c, 0)->offset())); }
void item_size(Call& c) { c.set_result(Value(static_cast<std::int64_t>(tensor_at(c, 0)->item_size()))); }
void byte_count(Call& c) {
  const TensorRef t = tensor_at(c, 0);
  c.set_result(Value(t->count() * static_cast<std::int64_t>(t->item_size())));
}
void set_data(Call& c) {
  const TensorRef from = tensor_at(c, 1);
  const TensorRef self = tensor_at(c, 0);
  if (self->dtype() != from->dtype()) fail("native kernels cannot change a tensor's dtype by set_data");
  self->set_geometry(from->storage(), from->shape(), from->steps(), from->offset());
}

}  // namespace

KernelTable scalar_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::item(Tensor self) -> Scalar", item},
      {"aten::_local_scalar_dense(Tensor self) -> Scalar", item},
      {"aten::Int.Tensor(Tensor a) -> int", to_int},
      {"aten::Float.Tensor(Tensor a) -> float", to_float},
      {"aten::Complex.Tensor(Tensor a) -> complex", to_complex},
      {"aten::Bool.Tensor(Tensor a) -> bool", is_nonzero},
      {"aten::is_nonzero(Tensor self) -> bool", is_nonzero},
      {"aten::IntImplicit(Tensor a) -> int", int_implicit},
      {"aten::FloatImplicit(Tensor a) -> float", float_implicit},
      {"aten::ComplexImplicit(Tensor a) -> complex", to_complex},
      {"aten::ScalarImplicit(Tensor a) -> Scalar", scalar_implicit},
      {"aten::BoolImplicit(Tensor a) -> bool", bool_implicit},
      {"prim::NumToTensor.Scalar(Scalar a) -> Tensor", number_to_tensor},
      {"prim::NumToTensor.bool(bool a) -> Tensor", number_to_tensor},
      {"aten::tensor(t[] data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
       tensor},
      {"aten::tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
       tensor},
      {"aten::tensor.int(int t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
       tensor},
      {"aten::tensor.float(float t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> "
       "Tensor",
       tensor},
      {"aten::tensor.complex(complex t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> "
       "Tensor",
       tensor},
      {"aten::as_tensor(Tensor(a) data, *, ScalarType? dtype=None, Device? device=None) -> Tensor(b|a)", as_tensor},
      {"aten::as_tensor.list(t[] data, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
      {"aten::as_tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
      {"aten::as_tensor.int(int t, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
      {"aten::as_tensor.float(float t, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
      {"aten::as_tensor.complex(complex t, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
      {"prim::tolist(Tensor self, int dim, int type) -> t[]", tolist},
      {"aten::_tensor_to_list(Tensor self) -> int[]", tensor_to_list},
      {"aten::_list_to_tensor(int[] self) -> Tensor", list_to_tensor},
      {"aten::size(Tensor self) -> int[]", size},
      {"aten::size.int(Tensor self, int dim) -> int", size_at},
      {"aten::sym_size(Tensor self) -> SymInt[]", size},
      {"aten::sym_size.int(Tensor self, int dim) -> SymInt", size_at},
      {"aten::stride(Tensor self) -> int[]", stride},
      {"aten::stride.int(Tensor self, int dim) -> int", stride_at},
      {"aten::dim(Tensor self) -> int", rank},
      {"aten::numel(Tensor self) -> int", numel},
      {"aten::len.Tensor(Tensor t) -> int", length},
      {"aten::storage_offset(Tensor self) -> int", storage_offset},
      {"aten::element_size(Tensor self) -> int", item_size},
      {"aten::is_floating_point(Tensor self) -> bool", is_floating_point},
      {"aten::is_complex(Tensor self) -> bool", is_complex_op},
      {"aten::is_signed(Tensor self) -> bool", is_signed},
      {"aten::is_conj(Tensor self) -> bool", always_false},
      {"aten::is_neg(Tensor self) -> bool", always_false},
      {"aten::is_leaf(Tensor self) -> bool", always_true},
      {"aten::is_pinned(Tensor self, Device? device=None) -> bool", always_false},
      {"aten::is_same_size(Tensor self, Tensor other) -> bool", is_same_size},
      {"aten::is_contiguous(Tensor self) -> bool", is_contiguous},
      {"aten::is_non_overlapping_and_dense(Tensor self) -> bool", is_dense_op},
      {"aten::requires_grad_(Tensor(a!) self, bool requires_grad=True) -> Tensor(a!)", requires_grad_in_place},
      {"aten::set_data(Tensor(a!) self, Tensor new_data) -> ()", set_data},
      {"prim::dtype(Tensor a) -> int", dtype},
      {"prim::device(Tensor a) -> Device", device},
      {"prim::layout(Tensor a) -> Layout", layout},
      {"prim::requires_grad(Tensor a) -> bool", requires_grad},
      {"prim::itemsize(Tensor a) -> int", item_size},
      {"prim::nbytes(Tensor a) -> int", byte_count},
      {"prim::name(Tensor a) -> str?", none},
      {"prim::grad(Tensor a) -> Tensor(*)", none},
      {"aten::is_grad_enabled() -> bool", always_false},
      {"aten::warn(str message, int stacklevel=2) -> ()", warn},
      {"portfire::warn(str message, str category, int stacklevel=2) -> ()", warn_of_category},
      {"aten::set_grad_enabled(bool val) -> ()", none},
      {"aten::is_autocast_enabled() -> bool", always_false},
      {"aten::is_autocast_cpu_enabled() -> bool", always_false},
      {"prim::enter_autocast(str device_type, ScalarType? dtype=None, bool enabled=True, bool? cache_enabled=None) -> "
       "int[]",
       enter_autocast},
      {"prim::leave_autocast(str device_type, int[] before) -> ()", none},
      {"prim::is_cuda(Tensor a) -> bool", always_false},
      {"prim::is_cpu(Tensor a) -> bool", always_true},
      {"prim::is_xpu(Tensor a) -> bool", always_false},
      {"prim::is_ipu(Tensor a) -> bool", always_false},
      {"prim::is_mps(Tensor a) -> bool", always_false},
      {"prim::is_mtia(Tensor a) -> bool", always_false},
      {"prim::is_maia(Tensor a) -> bool", always_false},
      {"prim::is_meta(Tensor a) -> bool", always_false},
      {"prim::is_vulkan(Tensor a) -> bool", always_false},
      {"prim::is_mkldnn(Tensor a) -> bool", always_false},
      {"prim::is_sparse(Tensor a) -> bool", always_false},
      {"prim::is_sparse_csr(Tensor a) -> bool", always_false},
      {"prim::is_quantized(Tensor a) -> bool", always_false},
      {"prim::is_nested(Tensor a) -> bool", always_false},
  };
  return kTable;
}

}  // namespace portfire::kernels
