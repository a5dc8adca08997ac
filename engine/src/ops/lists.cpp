// Lists of any element type: access, growth, copies, slices. Ordering, counting and searching are in list_order.cpp.
#include <algorithm>

#include "ops/arithmetic.h"
#include "ops/ops.h"
#include "ops/repetition.h"
#include "ops/sequence.h"

namespace portfire::ops {
namespace {

Value share(ListBox& list) { return Value(Tag::kList, Ref<ListBox>::share(&list)); }

const Value& get_item(ListBox& list, std::int64_t index) {
  return list.items[checked_index(index, list.items.size(), "list index out of range")];
}

Value set_item(ListBox& list, std::int64_t index, Value element) {
  list.items[checked_index(index, list.items.size(), "list assignment index out of range")] = std::move(element);
  return share(list);
}

void delete_item(ListBox& list, std::int64_t index) {
  const std::size_t i = checked_index(index, list.items.size(), "list assignment index out of range");
  list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(i));
}

Value append(ListBox& list, Value element) {
  list.items.push_back(std::move(element));
  return share(list);
}

Value pop(ListBox& list, std::int64_t index) {
  if (list.items.empty()) raise_index_error("pop from empty list");
  const auto i = static_cast<std::ptrdiff_t>(checked_index(index, list.items.size(), "pop index out of range"));
  Value taken = std::move(list.items[static_cast<std::size_t>(i)]);
  list.items.erase(list.items.begin() + i);
  return taken;
}

void insert(ListBox& list, std::int64_t index, Value element) {
  list.items.insert(list.items.begin() + clamped_bound(index, list.items.size()), std::move(element));
}

// Also right when both are the same list.
void extend(ListBox& list, ListBox& other) {
  const std::size_t n = other.items.size();
  list.items.reserve(list.items.size() + n);
  for (std::size_t i = 0; i < n; ++i) list.items.push_back(other.items[i]);
}

Value extend_in_place(ListBox& list, ListBox& other) {
  extend(list, other);
  return share(list);
}

Value concatenate(ListBox& a, ListBox& b) {
  std::vector<Value> items;
  items.reserve(a.items.size() + b.items.size());
  items.insert(items.end(), a.items.begin(), a.items.end());
  items.insert(items.end(), b.items.begin(), b.items.end());
  return Value::list(a.element, std::move(items));
}

std::vector<Value> repeated(const std::vector<Value>& items, std::int64_t times) {
  std::vector<Value> result;
  const std::size_t length = repeated_length(items.size(), times);
  result.reserve(length);
  while (result.size() < length) result.insert(result.end(), items.begin(), items.end());
  return result;
}

Value repeat(ListBox& list, std::int64_t times) { return Value::list(list.element, repeated(list.items, times)); }

Value repeat_in_place(ListBox& list, std::int64_t times) {
  list.items = repeated(list.items, times);
  return share(list);
}

Value copy(ListBox& list) { return Value::list(list.element, list.items); }

Value slice(ListBox& list, std::optional<std::int64_t> start, std::optional<std::int64_t> end, std::int64_t step) {
  const SliceRange range = slice_range(start, end, step, list.items.size());
  std::vector<Value> items;
  items.reserve(range.length);
  for (std::size_t i = 0; i < range.length; ++i) items.push_back(list.items[range.at(i)]);
  return Value::list(list.element, std::move(items));
}

Value range_list(std::int64_t n) {
  std::vector<Value> items;
  for (std::int64_t i = 0; i < n; ++i) items.emplace_back(i);
  return Value::list(Type::leaf(TypeKind::kInt), std::move(items));
}

std::int64_t length(ListBox& list) { return static_cast<std::int64_t>(list.items.size()); }

// Broadcasting of two shapes, aligned at their last dimension.
Value broadcast_shapes(ListBox& a, ListBox& b) {
  const std::size_t n = std::max(a.items.size(), b.items.size());
  std::vector<Value> sizes(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t x = i < a.items.size() ? a.items[a.items.size() - 1 - i].to_int() : 1;
    const std::int64_t y = i < b.items.size() ? b.items[b.items.size() - 1 - i].to_int() : 1;
    if (x != y && x != 1 && y != 1) {
      raise("RuntimeError", "The size of tensor a (" + std::to_string(x) + ") must match the size of tensor b (" +
                                std::to_string(y) + ") at non-singleton dimension " + std::to_string(n - 1 - i));
    }
    sizes[n - 1 - i] = x == 1 ? y : x;
  }
  return Value::list(Type::leaf(TypeKind::kInt), std::move(sizes));
}

// The shape a gradient must be summed to, or None where the shapes agree already.
Value size_if_not_equal(const Value& self_size, const Value& other_size) {
  return values_equal(self_size, other_size) ? Value() : self_size;
}

constexpr OpEntry kOps[] = {
    {"aten::len.t(t[] a) -> int", op<length>},
    {"aten::len.any(Any[] a) -> int", op<length>},
    {"aten::__getitem__.t(t[](a) list, int idx) -> t(*)", op<get_item>},
    {"aten::select.t(t[](a) list, int idx) -> t(*)", op<get_item>},
    {"aten::_set_item.t(t[](a!) l, int idx, t(b -> *) el) -> t[](a!)", op<set_item>},
    {"aten::Delete.t(t[](a!) self, int idx) -> ()", op<delete_item>},
    {"aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)", op<append>},
    {"aten::pop.t(t[](a!) self, int idx=-1) -> t(*)", op<pop>},
    {"aten::insert.t(t[](a!) self, int idx, t(b -> *) el) -> ()", op<insert>},
    {"aten::extend.t(t[](a!) self, t[] other) -> ()", op<extend>},
    {"aten::clear.t(t[](a!) self) -> ()", op<[](ListBox& list) { list.items.clear(); }>},
    {"aten::reverse.t(t[](a!) self) -> ()",
     op<[](ListBox& list) { std::reverse(list.items.begin(), list.items.end()); }>},
    {"aten::copy.t(t[](a) self) -> t[]", op<copy>},
    {"aten::list.t(t[] l) -> t[]", op<copy>},
    {"aten::Size(int[] sizes) -> int[]", op<copy>},
    {"aten::add.t(t[] a, t[] b) -> t[]", op<concatenate>},
    {"aten::add_.t(t[](a!) self, t[] b) -> t[]", op<extend_in_place>},
    {"aten::mul.left_t(t[] l, int n) -> t[]", op<repeat>},
    {"aten::mul.right_(int n, t[] l) -> t[]", op<[](std::int64_t n, ListBox& list) { return repeat(list, n); }>},
    {"aten::mul_.t(t[](a!) l, int n) -> t[](a!)", op<repeat_in_place>},
    {"aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t[]", op<slice>},
    {"prim::rangelist(int n) -> int[]", op<range_list>},
    {"aten::broadcast_shapes(int[] a, int[] b) -> int[]", op<broadcast_shapes>},
    {"aten::_infer_size(int[] a, int[] b) -> int[]", op<broadcast_shapes>},
    {"aten::_size_if_not_equal(int[] self_size, int[] other_size) -> int[]?", op<size_if_not_equal>},
};

}  // namespace

std::span<const OpEntry> list_ops() { return kOps; }

}  // namespace portfire::ops
