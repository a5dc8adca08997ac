// Lists of tensors compared by what the tensors hold, as Python's == and `in` do: list.index(t), sorted(list).

#include <ATen/Functions.h>

#include <algorithm>

#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

bool equal(const Value& a, const Value& b) {
  return at::eq(TensorArgument(a).get(), TensorArgument(b).get()).is_nonzero();
}
bool less(const Value& a, const Value& b) {
  return at::lt(TensorArgument(a).get(), TensorArgument(b).get()).is_nonzero();
}

auto find(const Call& call) {
  const auto& items = call[0].to_list().items;
  return std::find_if(items.begin(), items.end(), [&](const Value& v) { return equal(v, call[1]); });
}

void count(Call& call) {
  const auto& items = call[0].to_list().items;
  call.set_result(static_cast<std::int64_t>(
      std::count_if(items.begin(), items.end(), [&](const Value& v) { return equal(v, call[1]); })));
}
void contains(Call& call) { call.set_result(find(call) != call[0].to_list().items.end()); }
void index(Call& call) {
  const auto found = find(call);
  const auto& items = call[0].to_list().items;
  if (found == items.end()) throw Error(ErrorCode::kRuntime, "ValueError", "the tensor is not in the list");
  call.set_result(static_cast<std::int64_t>(found - items.begin()));
}
void remove(Call& call) {
  const auto found = find(call);
  auto& items = call[0].to_list().items;
  if (found == items.end()) throw Error(ErrorCode::kRuntime, "ValueError", "list.remove(x): x not in list");
  items.erase(items.begin() + (found - items.begin()));
  if (call.result_count() != 0) call.set_result(Value());
}

bool lists_equal(const Call& call) {
  const auto& a = call[0].to_list().items;
  const auto& b = call[1].to_list().items;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}
void equal_lists(Call& call) { call.set_result(lists_equal(call)); }
void unequal_lists(Call& call) { call.set_result(!lists_equal(call)); }

void sort_items(std::vector<Value>& items, bool reverse) {
  std::stable_sort(items.begin(), items.end(),
                   [&](const Value& a, const Value& b) { return reverse ? less(b, a) : less(a, b); });
}
void sort(Call& call) {
  sort_items(call[0].to_list().items, call.size() > 1 && call[1].to_bool());
  if (call.result_count() != 0) call.set_result(Value());
}
void sorted(Call& call) {
  std::vector<Value> items = call[0].to_list().items;
  sort_items(items, false);
  call.set_result(Value::list(call[0].to_list().element, std::move(items)));
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::count.Tensor", guarded<count, 2>},         {"aten::__contains__.tensor_list", guarded<contains, 2>},
      {"aten::index.list_Tensor", guarded<index, 2>},    {"aten::remove.Tensor", guarded<remove, 2, 0>},
      {"aten::eq.Tensor_list", guarded<equal_lists, 2>}, {"aten::ne.Tensor_list", guarded<unequal_lists, 2>},
      {"aten::sort.Tensor", guarded<sort, 2, 0>},        {"aten::sorted.Tensor", guarded<sorted, 1>},
  };
  return table;
}

}  // namespace

OpFunction find_tensor_list_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
