#include "core/raised_error.h"

#include <span>
#include <utility>

namespace portfire {
namespace {

constexpr std::size_t kClass = 0, kMessage = 1, kParts = 4;

std::span<const Value> parts_of(const Value& exception) {
  const auto& items = exception.to_tuple().items;
  const std::span<const Value> parts{items.data(), items.size()};
  if (parts.size() != kParts) throw Error(ErrorCode::kType, "exceptions must derive from BaseException");
  return parts;
}

}  // namespace

RaisedError::RaisedError(Value exception, ErrorCode code)
    : Error(code, exception_class_name(parts_of(exception)[kClass].to_string()),
            parts_of(exception)[kMessage].to_string()),
      exception_(std::move(exception)) {}

RaisedError::~RaisedError() = default;

Value exception_of(const Error& error) {
  if (const auto* raised = dynamic_cast<const RaisedError*>(&error)) return raised->exception();
  return Value::tuple({Value(error.exception_class()), Value(error.message()), Value(), Value()});
}

std::unique_ptr<Error> copy_of(const Error& error) {
  if (const auto* raised = dynamic_cast<const RaisedError*>(&error)) return std::make_unique<RaisedError>(*raised);
  return std::make_unique<Error>(error);
}

void throw_copy_of(const Error& error) {
  if (const auto* raised = dynamic_cast<const RaisedError*>(&error)) throw RaisedError(*raised);
  throw Error(error);
}

}  // namespace portfire
