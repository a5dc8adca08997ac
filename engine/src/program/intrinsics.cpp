#include "program/intrinsics.h"

namespace portfire {
namespace {

struct Row {
  std::string_view op;
  Intrinsic intrinsic;
};

constexpr Row kRows[] = {
    {"aten::add.int", {Code::kAddInt, 2}},
    {"aten::sub.int", {Code::kSubInt, 2}},
    {"aten::mul.int", {Code::kMulInt, 2}},
    {"aten::floordiv.int", {Code::kFloorDivInt, 2}},
    {"aten::remainder.int", {Code::kRemainderInt, 2}},
    {"aten::__and__.int", {Code::kAndInt, 2}},
    {"aten::__or__.int", {Code::kOrInt, 2}},
    {"aten::__xor__.int", {Code::kXorInt, 2}},
    // Beyond 64 bits, and by zero, these call their op: the one that wraps, or that gives an infinity.
    {"torchscript::add.int", {Code::kAddInt, 2}},
    {"torchscript::sub.int", {Code::kSubInt, 2}},
    {"torchscript::mul.int", {Code::kMulInt, 2}},
    {"torchscript::div.float", {Code::kDivFloat, 2}},
    {"aten::add.float", {Code::kAddFloat, 2}},
    {"aten::sub.float", {Code::kSubFloat, 2}},
    {"aten::mul.float", {Code::kMulFloat, 2}},
    {"aten::div.float", {Code::kDivFloat, 2}},
    {"aten::lt.int", {Code::kLtInt, 2}},
    {"aten::le.int", {Code::kLeInt, 2}},
    {"aten::gt.int", {Code::kGtInt, 2}},
    {"aten::ge.int", {Code::kGeInt, 2}},
    {"aten::eq.int", {Code::kEqInt, 2}},
    {"aten::ne.int", {Code::kNeInt, 2}},
    {"aten::lt.float", {Code::kLtFloat, 2}},
    {"aten::le.float", {Code::kLeFloat, 2}},
    {"aten::gt.float", {Code::kGtFloat, 2}},
    {"aten::ge.float", {Code::kGeFloat, 2}},
    {"aten::eq.float", {Code::kEqFloat, 2}},
    {"aten::ne.float", {Code::kNeFloat, 2}},
    {"aten::eq.str", {Code::kEqStr, 2, 2}},
    {"aten::ne.str", {Code::kNeStr, 2, 2}},
    {"aten::__contains__.str", {Code::kDictContains, 2, 2}},
    {"aten::__contains__.int", {Code::kDictContains, 2, 2}},
    {"aten::__contains__.float", {Code::kDictContains, 2, 2}},
    {"aten::__contains__.bool", {Code::kDictContains, 2, 2}},
    {"aten::__contains__.tKey", {Code::kDictContains, 2, 2}},
    {"aten::__getitem__.Dict_str", {Code::kDictItem, 2, 2}},
    {"aten::__getitem__.Dict_int", {Code::kDictItem, 2, 2}},
    {"aten::__getitem__.Dict_float", {Code::kDictItem, 2, 2}},
    {"aten::__getitem__.Dict_bool", {Code::kDictItem, 2, 2}},
    {"aten::__getitem__.Dict_tKey", {Code::kDictItem, 2, 2}},
    {"aten::neg.float", {Code::kNegFloat, 1}},
    {"prim::min.int", {Code::kMinInt, 2}},
    {"prim::max.int", {Code::kMaxInt, 2}},
    {"prim::min.float", {Code::kMinFloat, 2}},
    {"prim::max.float", {Code::kMaxFloat, 2}},
    {"aten::__getitem__.t", {Code::kListItem, 2, 1}},
    {"aten::len.t", {Code::kListLength, 1, 1}},
    {"aten::__getitem__.str", {Code::kStringItem, 2, 1}},
    {"aten::len.str", {Code::kStringLength, 1, 1}},
    {"aten::__not__", {Code::kNot, 1}},
};

}  // namespace

std::optional<Intrinsic> find_intrinsic(std::string_view op) noexcept {
  for (const Row& row : kRows) {
    if (row.op == op) return row.intrinsic;
  }
  return std::nullopt;
}

std::optional<Code> branch_of(Code comparison) noexcept {
  const auto at = static_cast<std::uint32_t>(comparison);
  constexpr auto kFirst = static_cast<std::uint32_t>(Code::kLtInt);
  constexpr auto kLast = static_cast<std::uint32_t>(Code::kDictContains);
  if (at < kFirst || at > kLast) return std::nullopt;
  return static_cast<Code>(static_cast<std::uint32_t>(Code::kIfLtInt) + (at - kFirst));
}

}  // namespace portfire
