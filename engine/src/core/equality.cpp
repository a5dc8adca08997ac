// Python's equality and hash of values.
#include <cmath>
#include <functional>

#include "core/nesting.h"
#include "portfire/value.h"

namespace portfire {
namespace {

std::size_t mix(std::size_t seed, std::size_t h) {
  return seed ^ (h + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U));
}

bool is_integral(const Value& v) { return v.is_int() || v.is_bool(); }
std::int64_t integral(const Value& v) { return v.is_bool() ? v.to_bool() : v.to_int(); }

// Whether a double is a whole number that an int64 holds.
bool fits_int(double d) { return d >= -0x1p63 && d < 0x1p63 && std::trunc(d) == d; }

std::size_t hash_int(std::int64_t i) { return std::hash<std::int64_t>{}(i); }
std::size_t hash_double(double d) {
  return fits_int(d) ? hash_int(static_cast<std::int64_t>(d)) : std::hash<double>{}(d);
}
std::size_t hash_complex(std::complex<double> c) {
  return c.imag() == 0.0 ? hash_double(c.real()) : mix(hash_double(c.real()), hash_double(c.imag()));
}

std::size_t hash_value(const Value& v, int depth) {
  check_nesting(depth);
  switch (v.tag()) {
    case Tag::kNone:
      return 0xfca86420U;
    case Tag::kBool:
    case Tag::kInt:
      return hash_int(integral(v));
    case Tag::kDouble:
      return hash_double(v.to_double());
    case Tag::kComplex:
      return hash_complex(v.to_complex());
    case Tag::kString:
      return v.string_box().hash();
    case Tag::kDevice:
      return mix(std::hash<std::string>{}(v.to_device().type), static_cast<std::size_t>(v.to_device().index));
    case Tag::kEnum:
      return std::hash<std::string>{}(v.to_enum().name);
    case Tag::kTuple: {
      std::size_t h = v.to_tuple().items.size();
      for (const Value& item : v.to_tuple().items) h = mix(h, hash_value(item, depth + 1));
      return h;
    }
    case Tag::kList:
    case Tag::kDict:
      throw Error(ErrorCode::kType, std::string("unhashable type: '") + tag_name(v.tag()) + "'");
    default:
      return std::hash<const void*>{}(v.box());
  }
}

bool int_equals_double(std::int64_t i, double d) { return fits_int(d) && static_cast<std::int64_t>(d) == i; }

bool real_equal(const Value& a, const Value& b) {
  if (is_integral(a) && is_integral(b)) return integral(a) == integral(b);
  if (is_integral(a)) return int_equals_double(integral(a), b.to_double());
  if (is_integral(b)) return int_equals_double(integral(b), a.to_double());
  return a.to_double() == b.to_double();
}

bool numbers_equal(const Value& a, const Value& b) {
  if (!a.is_complex() && !b.is_complex()) return real_equal(a, b);
  if (a.is_complex() && b.is_complex()) return a.to_complex() == b.to_complex();
  const std::complex<double> c = a.is_complex() ? a.to_complex() : b.to_complex();
  return c.imag() == 0.0 && real_equal(Value(c.real()), a.is_complex() ? b : a);
}

// Equality of what a tensor means to the caller: an error for ==, identity for keys.
using TensorRule = bool (*)(const Value& a, const Value& b);
bool tensor_is_error(const Value&, const Value&) {
  throw Error(ErrorCode::kType, "values that contain tensors cannot be compared with ==: compare the tensors");
}
bool tensor_is_itself(const Value& a, const Value& b) { return a.is_same(b); }

bool equal(const Value& a, const Value& b, TensorRule rule, int depth);

bool items_equal(std::span<const Value> a, std::span<const Value> b, TensorRule rule, int depth) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i], rule, depth + 1)) return false;
  }
  return true;
}

bool dicts_equal(const DictBox& a, const DictBox& b, TensorRule rule, int depth) {
  if (a.size() != b.size()) return false;
  for (const DictBox::Entry& entry : a.entries()) {
    if (!entry.live) continue;
    const Value* other = b.find(entry.key);
    if (!other || !equal(entry.value, *other, rule, depth + 1)) return false;
  }
  return true;
}

bool boxes_equal(const Value& a, const Value& b, TensorRule rule, int depth) {
  switch (a.tag()) {
    case Tag::kString:
      return a.to_string() == b.to_string();
    case Tag::kDevice:
      return a.to_device() == b.to_device();
    case Tag::kEnum:
      return a.to_enum().name == b.to_enum().name && a.to_enum().type->name == b.to_enum().type->name;
    case Tag::kList:
      return items_equal(a.to_list().items, b.to_list().items, rule, depth);
    case Tag::kTuple:
      return items_equal(a.to_tuple().items, b.to_tuple().items, rule, depth);
    case Tag::kDict:
      return dicts_equal(a.to_dict(), b.to_dict(), rule, depth);
    default:
      return a.is_same(b);
  }
}

bool equal(const Value& a, const Value& b, TensorRule rule, int depth) {
  check_nesting(depth);
  if (a.is_number() && b.is_number()) return numbers_equal(a, b);
  if (a.is_tensor() || b.is_tensor()) return rule(a, b);
  if (a.tag() != b.tag()) return false;
  return a.is_none() || boxes_equal(a, b, rule, depth);
}

}  // namespace

std::size_t KeyHash::operator()(const Value& v) const {
  if (v.is_string()) return v.string_box().hash();
  if (v.is_int()) return hash_int(v.to_int());
  return hash_value(v, 0);
}
bool KeyEqual::operator()(const Value& a, const Value& b) const {
  return a.is_same(b) || equal(a, b, tensor_is_itself, 0);
}

bool values_equal(const Value& a, const Value& b) { return equal(a, b, tensor_is_error, 0); }

}  // namespace portfire
