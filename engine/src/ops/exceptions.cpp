// Exceptions as values (core/raised_error.h): their arguments, and the texts that Python's BaseException makes of them.
#include <span>
#include <string>
#include <vector>

#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"
#include "portfire/object.h"

namespace portfire::ops {
namespace {

constexpr std::size_t kClass = 0, kMessage = 1, kValue = 2, kParts = 4;
// Of an exception that is an object of a class of the program.
constexpr const char* kArguments = "args";

std::span<const Value> items_of(const Value& tuple) {
  const auto& items = tuple.to_tuple().items;
  return {items.data(), items.size()};
}

std::span<const Value> parts_of(const Value& exception) {
  const std::span<const Value> parts = items_of(exception);
  if (parts.size() != kParts) raise_type_error("exceptions must derive from BaseException");
  return parts;
}

std::vector<Value> arguments_of(const Value& exception) {
  const std::span<const Value> parts = parts_of(exception);
  const Value& value = parts[kValue];
  if (value.is_none()) return {parts[kMessage]};
  const Value& arguments = value.is_object() ? value.to_object().get(kArguments) : value;
  if (arguments.is_none()) return {};
  const std::span<const Value> items = items_of(arguments);
  return {items.begin(), items.end()};
}

Value arguments(const Value& exception) { return Value::list(Type::leaf(TypeKind::kAny), arguments_of(exception)); }

// str() of an exception with these arguments; `quotes`: as KeyError has it, the repr of a single one.
std::string text(const Value& arguments, bool quotes) {
  if (arguments.is_none()) return "";
  const std::span<const Value> items = items_of(arguments);
  if (items.empty()) return "";
  if (items.size() > 1) return value_repr(arguments);
  return quotes ? value_repr(items[0]) : value_str(items[0]);
}

// The class without its module, and the arguments.
std::string representation(const Value& exception) {
  const std::string& name = parts_of(exception)[kClass].to_string();
  std::string out = name.substr(name.rfind('.') + 1) + "(";
  const std::vector<Value> items = arguments_of(exception);
  for (std::size_t i = 0; i < items.size(); ++i) out += (i > 0 ? ", " : "") + value_repr(items[i]);
  return out + ")";
}

constexpr OpEntry kOps[] = {
    {"prim::ExceptionArguments(Any exception) -> Any[]", op<arguments>},
    {"prim::ExceptionText(Any args, bool quotes) -> str", op<text>},
    {"prim::ExceptionRepr(Any exception) -> str", op<representation>},
};

}  // namespace

std::span<const OpEntry> exception_ops() { return kOps; }

}  // namespace portfire::ops
