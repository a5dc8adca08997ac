// str.format() and `%`. Both take the format string first, then any number of values.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/replacement_fields.h"

namespace portfire::ops {
namespace {

std::vector<Value> arguments_after_first(const Call& call) {
  std::vector<Value> arguments;
  for (std::size_t i = 1; i < call.size(); ++i) arguments.push_back(call[i]);
  return arguments;
}

void check_has_format(const Call& call) {
  if (call.size() == 0 || call.result_count() != 1) throw_wrong_operand_count(1, call.size());
}

void format(Call& call) {
  check_has_format(call);
  const std::vector<Value> arguments = arguments_after_first(call);
  call.set_result(fill_replacement_fields(call[0].to_string(), arguments));
}

// One tuple on the right holds all the values; anything else is the only one.
void percent_format(Call& call) {
  check_has_format(call);
  const std::vector<Value> arguments = arguments_after_first(call);
  const bool one_tuple = arguments.size() == 1 && arguments[0].is_tuple();
  const std::span<const Value> values = one_tuple ? std::span<const Value>(arguments[0].to_tuple().items) : arguments;
  call.set_result(fill_percent_conversions(call[0].to_string(), values));
}

constexpr OpEntry kOps[] = {
    {"aten::format(str self, ...) -> str", format},
    {"aten::percentFormat(str self, ...) -> str", percent_format},
};

}  // namespace

std::span<const OpEntry> string_format_ops() { return kOps; }

}  // namespace portfire::ops
