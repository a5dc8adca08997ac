// See value_order.h.
#include "ops/value_order.h"

#include <span>
#include <string>

#include "ops/number_order.h"
#include "ops/python_names.h"
#include "ops/raise.h"

namespace portfire::ops {
namespace {

// Equality of items, with the usual kinds first.
bool items_equal(const Value& a, const Value& b) {
  if (a.is_double() && b.is_double()) return a.to_double() == b.to_double();
  if (a.is_int() && b.is_int()) return a.to_int() == b.to_int();
  if (a.is_string() && b.is_string()) return a.box() == b.box() || a.to_string() == b.to_string();
  return values_equal(a, b);
}

// As tuples and lists compare: by the first items that differ, else the shorter one is less.
bool items_less(std::span<const Value> a, std::span<const Value> b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!items_equal(a[i], b[i])) return value_less(a[i], b[i]);
  }
  return a.size() < b.size();
}

}  // namespace

bool value_less(const Value& a, const Value& b) {
  if (a.is_double() && b.is_double()) return a.to_double() < b.to_double();
  if (a.is_int() && b.is_int()) return a.to_int() < b.to_int();
  if (a.is_number() && b.is_number()) return number_less(a, b);
  if (a.is_string() && b.is_string()) return a.to_string() < b.to_string();
  if (a.is_tuple() && b.is_tuple()) return items_less(a.to_tuple().items, b.to_tuple().items);
  if (a.is_list() && b.is_list()) return items_less(a.to_list().items, b.to_list().items);
  raise_type_error("'<' not supported between instances of '" + python_type_name(a) + "' and '" + python_type_name(b) +
                   "'");
}

}  // namespace portfire::ops
