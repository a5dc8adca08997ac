// Values whose type is known only when the program runs: tuples, optionals, enum members, and the choice between two
// values.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"
#include "ops/sequence.h"

namespace portfire::ops {
namespace {

const Value& tuple_item(TupleBox& tuple, std::int64_t index) {
  return tuple.items[checked_index(index, tuple.items.size(), "tuple index out of range")];
}

void unpack(Call& call) {
  if (call.size() != 1) throw_wrong_operand_count(1, call.size());
  const Value held = call[0];  // the results may overwrite the tuple's own register
  const ValueArray& items = held.to_tuple().items;
  if (items.size() != call.result_count()) {
    raise_value_error((items.size() < call.result_count() ? "not enough values to unpack (expected "
                                                          : "too many values to unpack (expected ") +
                      std::to_string(call.result_count()) + ")");
  }
  for (std::size_t i = 0; i < items.size(); ++i) call.set_result(i, items[i]);
}

Value unwrap(Value optional) {
  if (optional.is_none()) raise("RuntimeError", "Unwrapping null optional");
  return optional;
}

const Value& enum_value(EnumBox& member) { return member.value; }
const std::string& enum_name(EnumBox& member) { return member.name; }

Value choose(bool condition, const Value& if_true, const Value& if_false) { return condition ? if_true : if_false; }

// What id() is asked for: whether two names mean one object. 0 for None, as in TorchScript.
std::int64_t identity(const Value& v) {
  return v.is_boxed() ? static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(v.box())) : 0;
}

constexpr OpEntry kOps[] = {
    {"prim::TupleIndex(Any tup, int i) -> Any", op<tuple_item>},
    {"prim::TupleUnpack(Any tup) -> ...", unpack},
    {"aten::_unwrap_optional(t(a)? optional) -> t(a)", op<unwrap>},
    {"prim::unchecked_unwrap_optional(t(a)? optional) -> t(a)", op<[](Value v) { return v; }>},
    {"prim::unchecked_cast(t x) -> t", op<[](Value v) { return v; }>},
    {"prim::Uninitialized() -> Any", op<[]() { return Value(); }>},
    {"prim::IfThenElse(bool cond, Any(a) x, Any(b) y) -> Any(b|a)", op<choose>},
    {"prim::id(AnyClassType? x) -> int", op<identity>},
    {"prim::EnumValue.int(AnyEnumType enum) -> int", op<enum_value>},
    {"prim::EnumValue.float(AnyEnumType enum) -> float", op<enum_value>},
    {"prim::EnumValue.str(AnyEnumType enum) -> str", op<enum_value>},
    {"prim::EnumName(AnyEnumType enum) -> str", op<enum_name>},
};

}  // namespace

std::span<const OpEntry> tuple_ops() { return kOps; }

}  // namespace portfire::ops
