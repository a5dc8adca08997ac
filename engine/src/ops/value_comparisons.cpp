// Comparison of what is no number: bools, strings, devices, enum members, lists; and identity.
#include "ops/bind.h"
#include "ops/ops.h"
#include "portfire/tensor.h"

namespace portfire::ops {
namespace {

using Str = const std::string&;

bool same_member(EnumBox& a, EnumBox& b) {
  return &a == &b || (a.name == b.name && (a.type == b.type || a.type->name == b.type->name));
}

// Boxes of two calls may hold one tensor of the host's.
bool is_same(const Value& a, const Value& b) {
  if (a.is_tensor() && b.is_tensor()) {
    return static_cast<TensorBox*>(a.box())->identity() == static_cast<TensorBox*>(b.box())->identity();
  }
  return a.is_same(b);
}
bool is_not_same(const Value& a, const Value& b) { return !is_same(a, b); }

void list_equal(Call& c) {
  op<[](const Value& a, const Value& b) { return values_equal(a, b); }>(c);
}
void list_not_equal(Call& c) {
  op<[](const Value& a, const Value& b) { return !values_equal(a, b); }>(c);
}

constexpr OpEntry kOps[] = {
    {"aten::eq.bool(bool a, bool b) -> bool", op<[](bool a, bool b) { return a == b; }>},
    {"aten::ne.bool(bool a, bool b) -> bool", op<[](bool a, bool b) { return a != b; }>},

    // The order of UTF-8 bytes is the order of code points.
    {"aten::eq.str(str a, str b) -> bool", op<[](Str a, Str b) { return a == b; }>},
    {"aten::ne.str(str a, str b) -> bool", op<[](Str a, Str b) { return a != b; }>},
    {"aten::lt.str(str a, str b) -> bool", op<[](Str a, Str b) { return a < b; }>},
    {"aten::le.str(str a, str b) -> bool", op<[](Str a, Str b) { return a <= b; }>},
    {"aten::gt.str(str a, str b) -> bool", op<[](Str a, Str b) { return b < a; }>},
    {"aten::ge.str(str a, str b) -> bool", op<[](Str a, Str b) { return b <= a; }>},

    {"aten::eq.device(Device a, Device b) -> bool", op<[](const Device& a, const Device& b) { return a == b; }>},
    {"aten::ne.device(Device a, Device b) -> bool", op<[](const Device& a, const Device& b) { return a != b; }>},
    {"aten::eq.enum(AnyEnumType a, AnyEnumType b) -> bool", op<same_member>},
    {"aten::ne.enum(AnyEnumType a, AnyEnumType b) -> bool",
     op<[](EnumBox& a, EnumBox& b) { return !same_member(a, b); }>},

    {"aten::eq.int_list(int[] a, int[] b) -> bool", list_equal},
    {"aten::eq.float_list(float[] a, float[] b) -> bool", list_equal},
    {"aten::eq.bool_list(bool[] a, bool[] b) -> bool", list_equal},
    {"aten::eq.str_list(str[] a, str[] b) -> bool", list_equal},
    {"aten::ne.int_list(int[] a, int[] b) -> bool", list_not_equal},
    {"aten::ne.float_list(float[] a, float[] b) -> bool", list_not_equal},
    {"aten::ne.bool_list(bool[] a, bool[] b) -> bool", list_not_equal},
    {"aten::ne.str_list(str[] a, str[] b) -> bool", list_not_equal},

    {"aten::__is__(t1 self, t2 obj) -> bool", op<is_same>},
    {"aten::__isnot__(t1 self, t2 obj) -> bool", op<is_not_same>},
};

}  // namespace

std::span<const OpEntry> value_comparison_ops() { return kOps; }

}  // namespace portfire::ops
