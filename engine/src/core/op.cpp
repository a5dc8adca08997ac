// Names in op tables, and calls of ops with too few arguments.
#include "portfire/op.h"

namespace portfire {

void throw_missing_argument(std::size_t i) {
  throw Error(ErrorCode::kType, "an op is called with " + std::to_string(i) + " arguments; it needs more");
}

std::pair<std::string_view, std::string_view> split_schema_name(std::string_view schema) {
  const std::string_view full = schema.substr(0, schema.find('('));
  const std::size_t dot = full.rfind('.');
  if (dot == std::string_view::npos) return {full, {}};
  return {full.substr(0, dot), full.substr(dot + 1)};
}

}  // namespace portfire
