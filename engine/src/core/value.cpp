// Values: construction and checked access. Hash and equality are in equality.cpp, text in text.cpp.
#include "portfire/value.h"

#include "core/dismantle.h"
#include "portfire/future.h"
#include "portfire/object.h"
#include "portfire/program.h"

namespace portfire {

Box::~Box() = default;

const char* tag_name(Tag tag) noexcept {
  static constexpr const char* kNames[] = {"None",   "bool",   "int",      "float", "complex", "str",
                                           "Tensor", "list",   "dict",     "tuple", "object",  "Device",
                                           "enum",   "Future", "function", "opaque"};
  const auto i = static_cast<std::size_t>(tag);
  return i < std::size(kNames) ? kNames[i] : "?";
}

void throw_tag_mismatch(Tag wanted, Tag found) {
  throw Error(ErrorCode::kType, std::string("expected ") + tag_name(wanted) + ", found " + tag_name(found));
}

Value::Value(std::string s) : Value(Tag::kString, make_box<StringBox>(std::move(s))) {}
Value::Value(std::complex<double> c) : Value(Tag::kComplex, make_box<ComplexBox>(c)) {}
Value::Value(Device d) : Value(Tag::kDevice, make_box<DeviceBox>(std::move(d))) {}
Value::Value(Tensor t) : Value() {
  if (!t.defined()) return;  // None stands for the undefined tensor
  Value boxed(Tag::kTensor, t.box());
  swap(boxed);
}

Value Value::list(TypePtr element, std::vector<Value> items) {
  return Value(Tag::kList, make_box<ListBox>(std::move(element), std::move(items)));
}
Value Value::dict(TypePtr key, TypePtr value) {
  return Value(Tag::kDict, make_box<DictBox>(std::move(key), std::move(value)));
}
Value Value::tuple(std::vector<Value> items) { return tuple(nullptr, std::move(items)); }
Value Value::tuple(TypePtr type, std::vector<Value> items) {
  return Value(Tag::kTuple, make_box<TupleBox>(std::move(type), std::move(items)));
}

std::complex<double> Value::to_complex() const {
  check(Tag::kComplex);
  return static_cast<ComplexBox*>(payload_.box)->number;
}
const std::string& Value::to_string() const {
  check(Tag::kString);
  return static_cast<StringBox*>(payload_.box)->text;
}
Tensor Value::to_tensor() const {
  if (is_none()) return {};
  check(Tag::kTensor);
  return Tensor(Ref<TensorBox>::share(static_cast<TensorBox*>(payload_.box)));
}
TensorBox& Value::tensor_box() const {
  check(Tag::kTensor);
  return *static_cast<TensorBox*>(payload_.box);
}
ListBox& Value::to_list() const {
  check(Tag::kList);
  return *static_cast<ListBox*>(payload_.box);
}
DictBox& Value::to_dict() const {
  check(Tag::kDict);
  return *static_cast<DictBox*>(payload_.box);
}
TupleBox& Value::to_tuple() const {
  check(Tag::kTuple);
  return *static_cast<TupleBox*>(payload_.box);
}
Object& Value::to_object() const {
  check(Tag::kObject);
  return *static_cast<Object*>(payload_.box);
}
const Device& Value::to_device() const {
  check(Tag::kDevice);
  return static_cast<DeviceBox*>(payload_.box)->device;
}
EnumBox& Value::to_enum() const {
  check(Tag::kEnum);
  return *static_cast<EnumBox*>(payload_.box);
}
Future& Value::to_future() const {
  check(Tag::kFuture);
  return *static_cast<Future*>(payload_.box);
}
FunctionBox& Value::to_function() const {
  check(Tag::kFunction);
  return *static_cast<FunctionBox*>(payload_.box);
}

double Value::number_to_double() const {
  switch (tag_) {
    case Tag::kBool:
    case Tag::kInt:
      return static_cast<double>(payload_.i);
    default:
      return to_double();
  }
}

ListBox::~ListBox() { Dismantler::drop(items); }
TupleBox::~TupleBox() { Dismantler::drop(items); }
DictBox::~DictBox() { Dismantler::drop(entries_); }

}  // namespace portfire
