// The engine's op table: all families in one row of rows.
#include <vector>

#include "ops.h"

namespace portfire {
namespace {

std::vector<OpEntry> collect() {
  using namespace ops;
  std::vector<OpEntry> table;
  for (const auto family : {integer_ops, float_ops, complex_ops, number_comparison_ops, math_ops, list_ops, dict_ops,
                            string_ops, value_comparison_ops, conversion_ops, scalar_ops}) {
    const std::span<const OpEntry> rows = family();
    table.insert(table.end(), rows.begin(), rows.end());
  }
  return table;
}

}  // namespace

std::span<const OpEntry> engine_ops() {
  static const std::vector<OpEntry> table = collect();
  return table;
}

std::pair<std::string_view, std::string_view> split_schema_name(std::string_view schema) {
  const std::string_view full = schema.substr(0, schema.find('('));
  const std::size_t dot = full.find('.', full.find("::") == std::string_view::npos ? 0 : full.find("::"));
  if (dot == std::string_view::npos) return {full, {}};
  return {full.substr(0, dot), full.substr(dot + 1)};
}

}  // namespace portfire
