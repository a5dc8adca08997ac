// The engine's op table: all families in one row of rows.
#include <vector>

#include "ops/ops.h"

namespace portfire {
namespace {

std::vector<OpEntry> collect() {
  using namespace ops;
  std::vector<OpEntry> table;
  // Of one name's overloads the first that fits is taken: Scalars and generic lists come after the concrete types.
  for (const auto family : {integer_ops,
                            float_ops,
                            complex_ops,
                            number_comparison_ops,
                            math_ops,
                            conversion_ops,
                            list_ops,
                            list_order_ops,
                            dict_ops,
                            string_ops,
                            string_search_ops,
                            string_split_ops,
                            string_case_ops,
                            string_format_ops,
                            value_comparison_ops,
                            tuple_ops,
                            exception_ops,
                            printing_ops,
                            device_ops,
                            tensor_metadata_ops,
                            scalar_ops,
                            torchscript_arithmetic_ops}) {
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

}  // namespace portfire
