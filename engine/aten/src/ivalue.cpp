#include "ivalue.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include "aten_tensor.h"

namespace portfire::aten {
namespace {

using c10::IValue;
using c10::TypeKind;

[[noreturn]] void throw_mismatch(const c10::Type& wanted, const Value& found) {
  throw Error(ErrorCode::kType, "TypeError",
              "expected a value of type '" + wanted.annotation_str() + "', found '" + type_of(found)->str() + "'");
}

template <typename T, typename Convert>
IValue list_of(const ListBox& list, Convert convert) {
  c10::List<T> out;
  out.reserve(list.items.size());
  for (const Value& item : list.items) out.push_back(convert(item));
  return out;
}

IValue generic_list(const ListBox& list, const c10::TypePtr& element) {
  c10::impl::GenericList out(element);
  out.reserve(list.items.size());
  for (const Value& item : list.items) out.push_back(to_ivalue(item, *element));
  return out;
}

IValue list_to_ivalue(const ListBox& list, const c10::TypePtr& element) {
  switch (element->kind()) {
    case TypeKind::IntType:
    case TypeKind::SymIntType:
    case TypeKind::ScalarTypeType:
      return list_of<std::int64_t>(list, [](const Value& v) { return v.is_bool() ? v.to_bool() : v.to_int(); });
    case TypeKind::FloatType:
      return list_of<double>(list, [](const Value& v) { return v.number_to_double(); });
    case TypeKind::BoolType:
      return list_of<bool>(list, [](const Value& v) { return v.to_bool(); });
    case TypeKind::TensorType:
      return list_of<at::Tensor>(list, [](const Value& v) { return TensorArgument(v).get(); });
    default:
      return generic_list(list, element);
  }
}

// A list or tuple of portfire where the schema wants a list: int[2] may come as (1, 1).
IValue sequence_to_ivalue(const Value& value, const c10::TypePtr& element) {
  if (value.is_list()) return list_to_ivalue(value.to_list(), element);
  const TupleBox& tuple = value.to_tuple();
  return list_to_ivalue(ListBox(nullptr, std::vector<Value>(tuple.items.begin(), tuple.items.end())), element);
}

template <typename Enum>
Enum checked_enum(const Value& value, const char* what) {
  const std::int64_t number = value.to_int();
  if (number < 0 || number >= static_cast<std::int64_t>(Enum::NumOptions)) {
    throw Error(ErrorCode::kType, "ValueError", std::to_string(number) + " is no " + what);
  }
  return static_cast<Enum>(number);
}

IValue tuple_to_ivalue(const Value& value, const c10::Type& type) {
  const auto elements = type.containedTypes();
  const ValueArray& items = value.to_tuple().items;
  if (items.size() != elements.size()) throw_mismatch(type, value);
  std::vector<IValue> out;
  out.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) out.push_back(to_ivalue(items[i], *elements[i]));
  return c10::ivalue::Tuple::create(std::move(out));
}

IValue dict_to_ivalue(const Value& value, const c10::Type& type) {
  const auto contained = type.containedTypes();
  c10::impl::GenericDict out(contained[0], contained[1]);
  for (const DictBox::Entry& entry : value.to_dict().entries()) {
    if (entry.live) out.insert(to_ivalue(entry.key, *contained[0]), to_ivalue(entry.value, *contained[1]));
  }
  return out;
}

// By the value's own tag, where the schema leaves the type open.
IValue untyped_to_ivalue(const Value& value, const c10::Type& type) {
  switch (value.tag()) {
    case Tag::kNone:
      return {};
    case Tag::kBool:
      return value.to_bool();
    case Tag::kInt:
      return value.to_int();
    case Tag::kDouble:
      return value.to_double();
    case Tag::kComplex:
      return c10::complex<double>(value.to_complex());
    case Tag::kString:
      return value.to_string();
    case Tag::kTensor:
      return TensorArgument(value).get();
    case Tag::kDevice:
      return to_device(value);
    case Tag::kOpaque:
      if (const auto* box = dynamic_cast<const OpaqueBox*>(value.box())) return box->value;
      [[fallthrough]];
    default:
      throw_mismatch(type, value);
  }
}

template <typename List>
Value list_from(const List& list, TypePtr element) {
  std::vector<Value> items;
  items.reserve(list.size());
  for (const auto& item : list) items.emplace_back(item);
  return Value::list(std::move(element), std::move(items));
}

// Results of operators: the element types that occur in schemas.
TypePtr element_type(const c10::Type& type) {
  switch (type.kind()) {
    case TypeKind::TensorType:
      return Type::leaf(portfire::TypeKind::kTensor);
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return Type::leaf(portfire::TypeKind::kInt);
    case TypeKind::FloatType:
      return Type::leaf(portfire::TypeKind::kFloat);
    case TypeKind::BoolType:
      return Type::leaf(portfire::TypeKind::kBool);
    case TypeKind::StringType:
      return Type::leaf(portfire::TypeKind::kStr);
    case TypeKind::NumberType:
      return Type::leaf(portfire::TypeKind::kNumber);
    case TypeKind::OptionalType:
      return Type::optional(element_type(*type.containedType(0)));
    case TypeKind::ListType:
      return Type::list(element_type(*type.containedType(0)));
    default:
      return Type::leaf(portfire::TypeKind::kAny);
  }
}

Value list_from_ivalue(const IValue& value) {
  if (value.isTensorList()) {
    std::vector<Value> items;
    for (at::Tensor t : value.toTensorVector()) items.push_back(wrap(std::move(t)));
    return Value::list(Type::leaf(portfire::TypeKind::kTensor), std::move(items));
  }
  if (value.isIntList()) return list_from(value.toIntVector(), Type::leaf(portfire::TypeKind::kInt));
  if (value.isDoubleList()) return list_from(value.toDoubleVector(), Type::leaf(portfire::TypeKind::kFloat));
  const c10::List<IValue> list = value.toList();
  std::vector<Value> items;
  items.reserve(list.size());
  for (const IValue& item : list) items.push_back(from_ivalue(item));
  return Value::list(element_type(*list.elementType()), std::move(items));
}

Value dict_from_ivalue(const IValue& value) {
  const auto dict = value.toGenericDict();
  Value out = Value::dict(element_type(*dict.keyType()), element_type(*dict.valueType()));
  for (const auto& entry : dict) out.to_dict().set(from_ivalue(entry.key()), from_ivalue(entry.value()));
  return out;
}

}  // namespace

IValue to_ivalue(const Value& value, const c10::Type& type) {
  switch (type.kind()) {
    case TypeKind::TensorType:
      return TensorArgument(value).get();
    case TypeKind::OptionalType:
      return value.is_none() ? IValue() : to_ivalue(value, *type.containedType(0));
    case TypeKind::FloatType:
      return value.is_double() ? value.to_double() : value.number_to_double();
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return value.is_bool() ? static_cast<std::int64_t>(value.to_bool()) : value.to_int();
    case TypeKind::ScalarTypeType:
      return to_scalar_type(value);
    case TypeKind::LayoutType:
      return to_layout(value);
    case TypeKind::MemoryFormatType:
      return to_memory_format(value);
    case TypeKind::ListType:
      return sequence_to_ivalue(value, type.containedType(0));
    case TypeKind::TupleType:
      return tuple_to_ivalue(value, type);
    case TypeKind::DictType:
      return dict_to_ivalue(value, type);
    case TypeKind::DeviceObjType:
      return value.is_string() ? c10::Device(value.to_string()) : to_device(value);
    default:
      return untyped_to_ivalue(value, type);
  }
}

Value from_ivalue(IValue value) {
  if (value.isTensor()) return wrap(std::move(value).toTensor());
  if (value.isInt()) return value.toInt();
  if (value.isDouble()) return value.toDouble();
  if (value.isBool()) return value.toBool();
  if (value.isNone()) return {};
  if (value.isList()) return list_from_ivalue(value);
  if (value.isSymInt()) return value.toSymInt().guard_int(__FILE__, __LINE__);
  if (value.isString()) return value.toStringRef();
  if (value.isDevice()) return to_value(value.toDevice());
  if (value.isComplexDouble()) return std::complex<double>(value.toComplexDouble());
  if (value.isGenericDict()) return dict_from_ivalue(value);
  if (value.isTuple()) {
    std::vector<Value> items;
    for (const IValue& item : value.toTupleRef().elements()) items.push_back(from_ivalue(item));
    return Value::tuple(std::move(items));
  }
  return {Tag::kOpaque, make_box<OpaqueBox>(std::move(value))};
}

at::ScalarType to_scalar_type(const Value& value) { return checked_enum<at::ScalarType>(value, "dtype"); }
at::Layout to_layout(const Value& value) { return checked_enum<at::Layout>(value, "layout"); }
at::MemoryFormat to_memory_format(const Value& value) { return checked_enum<at::MemoryFormat>(value, "memory format"); }

at::Scalar to_scalar(const Value& value) {
  switch (value.tag()) {
    case Tag::kInt:
      return value.to_int();
    case Tag::kDouble:
      return value.to_double();
    case Tag::kBool:
      return value.to_bool();
    case Tag::kComplex:
      return c10::complex<double>(value.to_complex());
    case Tag::kTensor:
      return TensorArgument(value).get().item();
    default:
      throw_tag_mismatch(Tag::kDouble, value.tag());
  }
}

Value from_scalar(const at::Scalar& scalar) {
  if (scalar.isBoolean()) return scalar.toBool();
  if (scalar.isFloatingPoint()) return scalar.toDouble();
  if (scalar.isComplex()) return std::complex<double>(scalar.toComplexDouble());
  return scalar.toLong();
}

c10::Device to_device(const Value& value) { return to_device(value.to_device()); }

c10::Device to_device(const Device& device) {
  const c10::Device parsed(device.type);
  return {parsed.type(), static_cast<c10::DeviceIndex>(device.index)};
}

Value to_value(const c10::Device& device) {
  return Device{c10::DeviceTypeName(device.type(), /*lower_case=*/true), device.index()};
}

Value to_value(at::Generator generator) { return from_ivalue(std::move(generator)); }

std::optional<at::Generator> to_generator(const Value& value) {
  if (value.tag() != Tag::kOpaque) return std::nullopt;
  const auto* box = dynamic_cast<const OpaqueBox*>(value.box());
  return box != nullptr && box->value.isGenerator() ? std::optional(box->value.toGenerator()) : std::nullopt;
}

}  // namespace portfire::aten
