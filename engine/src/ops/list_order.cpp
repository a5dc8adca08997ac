// Lists by value: sorting, extremes, sums, searching and counting.
//
// Lists of tensors are searched and sorted by comparing their data: those overloads are the kernel libraries'
// (README.md).
#include <algorithm>

#include "ops/arithmetic.h"
#include "ops/ops.h"
#include "ops/value_order.h"

namespace portfire::ops {
namespace {

// Python's sort is stable, and stays so when it runs downwards.
template <typename T, typename Less>
void stable_sort(std::vector<T>& items, bool reverse, Less less) {
  const auto greater = [&](const T& a, const T& b) { return less(b, a); };
  // What is in order already is left alone, as by Python's own sort.
  if (reverse) {
    if (!std::is_sorted(items.begin(), items.end(), greater)) std::stable_sort(items.begin(), items.end(), greater);
  } else {
    if (!std::is_sorted(items.begin(), items.end(), less)) std::stable_sort(items.begin(), items.end(), less);
  }
}

// Sorts by keys that are cheaper to compare and to move than the items: `key` makes one of an item, `less` compares
// two.
template <typename Key, typename Less>
void sort_by(std::vector<Value>& items, bool reverse, Key key, Less less) {
  using Keyed = std::pair<decltype(key(items[0])), std::size_t>;
  std::vector<Keyed> order;
  order.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) order.emplace_back(key(items[i]), i);
  stable_sort(order, reverse, [&](const Keyed& a, const Keyed& b) { return less(a.first, b.first); });
  std::vector<Value> sorted;
  sorted.reserve(items.size());
  for (const Keyed& k : order) sorted.push_back(std::move(items[k.second]));
  items = std::move(sorted);
}

// Most lists hold one kind of item: then its own order is asked, which the compiler puts into the sort.
void sort_items(std::vector<Value>& items, bool reverse) {
  if (items.empty()) return;
  const Tag tag = items[0].tag();
  const bool alike = std::all_of(items.begin(), items.end(), [&](const Value& v) { return v.tag() == tag; });
  if (alike && tag == Tag::kInt) {
    return sort_by(items, reverse, [](const Value& v) { return v.to_int(); }, std::less<>());
  }
  if (alike && tag == Tag::kDouble) {
    return sort_by(items, reverse, [](const Value& v) { return v.to_double(); }, std::less<>());
  }
  if (alike && tag == Tag::kString) {
    return sort_by(items, reverse, [](const Value& v) { return std::string_view(v.to_string()); }, std::less<>());
  }
  sort_by(
      items, reverse, [](const Value& v) { return &v; },
      [](const Value* a, const Value* b) { return value_less(*a, *b); });
}

// On a copy: a comparison that throws must leave the list whole.
void sort(ListBox& list, bool reverse) {
  std::vector<Value> items = list.items;
  sort_items(items, reverse);
  list.items = std::move(items);
}

Value sorted(ListBox& list) {
  std::vector<Value> items = list.items;
  sort_items(items, false);
  return Value::list(list.element, std::move(items));
}

std::vector<Value>::iterator find(ListBox& list, const Value& element) {
  if (element.is_int()) {
    const std::int64_t wanted = element.to_int();
    return std::find_if(list.items.begin(), list.items.end(), [&](const Value& item) {
      return item.is_int() ? item.to_int() == wanted : values_equal(item, element);
    });
  }
  if (element.is_string()) {
    const std::string& wanted = element.to_string();
    return std::find_if(list.items.begin(), list.items.end(),
                        [&](const Value& item) { return item.is_string() && item.to_string() == wanted; });
  }
  return std::find_if(list.items.begin(), list.items.end(),
                      [&](const Value& item) { return values_equal(item, element); });
}

bool contains(ListBox& list, const Value& element) { return find(list, element) != list.items.end(); }

std::int64_t index_of(ListBox& list, const Value& element) {
  const auto found = find(list, element);
  if (found == list.items.end()) raise_value_error(value_repr(element) + " is not in list");
  return found - list.items.begin();
}

std::int64_t count(ListBox& list, const Value& element) {
  return std::count_if(list.items.begin(), list.items.end(),
                       [&](const Value& item) { return values_equal(item, element); });
}

void remove(ListBox& list, const Value& element) {
  const auto found = find(list, element);
  if (found == list.items.end()) raise_value_error("list.remove(x): x not in list");
  list.items.erase(found);
}

// The first item that no other is better than, as Python's loop finds it.
template <bool (*is_better)(const Value&, const Value&)>
Value extreme(ListBox& list, const char* complaint) {
  if (list.items.empty()) raise_value_error(complaint);
  const Value* best = &list.items[0];
  for (const Value& item : list.items) {
    if (is_better(item, *best)) best = &item;
  }
  return *best;
}

bool value_greater(const Value& a, const Value& b) { return value_less(b, a); }

Value greatest(ListBox& list) { return extreme<value_greater>(list, "max() arg is an empty sequence"); }
Value least(ListBox& list) { return extreme<value_less>(list, "min() arg is an empty sequence"); }
Value greater_list(const Value& a, const Value& b) { return value_less(a, b) ? b : a; }
Value lesser_list(const Value& a, const Value& b) { return value_less(b, a) ? b : a; }

std::int64_t sum_of_ints(ListBox& list) {
  // Wider than any sum of a list that fits in memory: only the result must fit in 64 bits.
  __extension__ __int128 total = 0;
  for (const Value& item : list.items) total += read_integer(item);
  if (total != static_cast<std::int64_t>(total)) raise_int_overflow();
  return static_cast<std::int64_t>(total);
}

double sum_of_floats(ListBox& list) {
  double total = 0.0;
  for (const Value& item : list.items) total += item.to_double();
  return total;
}

Complex sum_of_complex(ListBox& list) {
  Complex total;
  for (const Value& item : list.items) total += item.to_complex();
  return total;
}

bool is_true(const Value& v) {
  if (v.is_string()) return !v.to_string().empty();
  return v.is_double() ? v.to_double() != 0.0 : read_integer(v) != 0;
}

bool any(ListBox& list) { return std::any_of(list.items.begin(), list.items.end(), is_true); }
bool all(ListBox& list) { return std::all_of(list.items.begin(), list.items.end(), is_true); }

constexpr OpEntry kOps[] = {
    {"aten::sort.int(int[](a!) self, bool reverse=False) -> ()", op<sort>},
    {"aten::sort.float(float[](a!) self, bool reverse=False) -> ()", op<sort>},
    {"aten::sort.bool(bool[](a!) self, bool reverse=False) -> ()", op<sort>},
    {"aten::sort.str(str[](a!) self, bool reverse=False) -> ()", op<sort>},
    {"aten::sort.any(t[](a!) self, bool reverse=False) -> ()", op<sort>},
    {"aten::sorted.int(int[](a) input) -> int[]", op<sorted>},
    {"aten::sorted.float(float[](a) input) -> float[]", op<sorted>},
    {"aten::sorted.bool(bool[](a) input) -> bool[]", op<sorted>},
    {"aten::sorted.str(str[](a) input) -> str[]", op<sorted>},
    {"aten::sorted.any(t[](a) self) -> t[]", op<sorted>},

    {"aten::__contains__.int_list(int[] l, int item) -> bool", op<contains>},
    {"aten::__contains__.float_list(float[] l, float item) -> bool", op<contains>},
    {"aten::__contains__.str_list(str[] l, str item) -> bool", op<contains>},
    {"aten::index.list_int(int[] self, int el) -> int", op<index_of>},
    {"aten::index.list_float(float[] self, float el) -> int", op<index_of>},
    {"aten::index.list_bool(bool[] self, bool el) -> int", op<index_of>},
    {"aten::index.list_str(str[] self, str el) -> int", op<index_of>},
    {"aten::count.int(int[] self, int el) -> int", op<count>},
    {"aten::count.float(float[] self, float el) -> int", op<count>},
    {"aten::count.bool(bool[] self, bool el) -> int", op<count>},
    {"aten::count.str(str[] self, str el) -> int", op<count>},
    {"aten::remove.int(int[](a!) self, int el) -> ()", op<remove>},
    {"aten::remove.float(float[](a!) self, float el) -> ()", op<remove>},
    {"aten::remove.bool(bool[](a!) self, bool el) -> ()", op<remove>},
    {"aten::remove.str(str[](a!) self, str el) -> ()", op<remove>},

    {"prim::max.self_int(int[] self) -> int", op<greatest>},
    {"prim::max.self_float(float[] self) -> float", op<greatest>},
    {"prim::max.self_bool(bool[] self) -> bool", op<greatest>},
    {"prim::max.int_list(int[] l, int[] r) -> int[]", op<greater_list>},
    {"prim::max.float_list(float[] l, float[] r) -> float[]", op<greater_list>},
    {"prim::max.bool_list(bool[] l, bool[] r) -> bool[]", op<greater_list>},
    {"prim::min.self_int(int[] self) -> int", op<least>},
    {"prim::min.self_float(float[] self) -> float", op<least>},
    {"prim::min.self_bool(bool[] self) -> bool", op<least>},
    {"prim::min.int_list(int[] l, int[] r) -> int[]", op<lesser_list>},
    {"prim::min.float_list(float[] l, float[] r) -> float[]", op<lesser_list>},
    {"prim::min.bool_list(bool[] l, bool[] r) -> bool[]", op<lesser_list>},

    {"aten::sum.int(int[] self) -> int", op<sum_of_ints>},
    {"aten::sum.float(float[] self) -> float", op<sum_of_floats>},
    {"aten::sum.complex(complex[] self) -> complex", op<sum_of_complex>},
    {"aten::sum.bool(bool[] self) -> int", op<sum_of_ints>},
    {"aten::any.int(int[] self) -> bool", op<any>},
    {"aten::any.float(float[] self) -> bool", op<any>},
    {"aten::any.bool(bool[] self) -> bool", op<any>},
    {"aten::any.str(str[] self) -> bool", op<any>},
    {"aten::all.int(int[] self) -> bool", op<all>},
    {"aten::all.float(float[] self) -> bool", op<all>},
    {"aten::all.bool(bool[] self) -> bool", op<all>},
};

}  // namespace

std::span<const OpEntry> list_order_ops() { return kOps; }

}  // namespace portfire::ops
