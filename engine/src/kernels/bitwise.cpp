// Bit operations on integers and bools, shifts, and the `__and__` family that operators of Python become.
#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

constexpr auto kPromoted = ResultKind::kPromoted;

TensorRef bitwise_and(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kDiscrete, kPromoted>("bitwise_and_cpu", a, b, into, [](auto x, auto y) { return x & y; });
}
TensorRef bitwise_or(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kDiscrete, kPromoted>("bitwise_or_cpu", a, b, into, [](auto x, auto y) { return x | y; });
}
TensorRef bitwise_xor(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kDiscrete, kPromoted>("bitwise_xor_cpu", a, b, into, [](auto x, auto y) { return x ^ y; });
}
TensorRef bitwise_not(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kDiscrete, kPromoted>("bitwise_not_cpu", a, into, [](auto x) {
    if constexpr (std::is_same_v<decltype(x), bool>) {
      return !x;
    } else {
      return ~x;
    }
  });
}

// A shift by more than the width is not an accident of the processor but 0 (or the sign).
template <typename T>
T shift_left(T x, T y) {
  if (y < 0 || static_cast<std::uint64_t>(y) >= sizeof(T) * 8) return 0;
  return static_cast<T>(static_cast<std::uint64_t>(x) << static_cast<unsigned>(y));
}
template <typename T>
T shift_right(T x, T y) {
  constexpr unsigned kLast = sizeof(T) * 8 - 1;
  const bool too_far = y < 0 || static_cast<std::uint64_t>(y) > kLast;
  if (too_far) return std::is_signed_v<T> && x < 0 ? static_cast<T>(-1) : T(0);
  return static_cast<T>(x >> static_cast<unsigned>(y));
}
TensorRef left_shift(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kIntegral, kPromoted>("lshift_cpu", a, b, into,
                                                  [](auto x, auto y) { return shift_left(x, y); });
}
TensorRef right_shift(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return run_binary<Domain::kIntegral, kPromoted>("rshift_cpu", a, b, into,
                                                  [](auto x, auto y) { return shift_right(x, y); });
}

}  // namespace

#define BITWISE(name, op)                                                                                    \
  {"aten::" name ".Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<op>},                         \
      {"aten::" name ".Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<op>},                     \
      {"aten::" name "_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<op>}, { \
    "aten::" name "_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<op>        \
  }
#define BITWISE_OPERATOR(name, in_place, op)                                                                    \
  {"aten::" name ".Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<op>},                            \
      {"aten::" name ".Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<op>},                        \
      {"aten::" in_place ".Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<op>}, { \
    "aten::" in_place ".Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<op>        \
  }

KernelTable bitwise_kernels() {
  static constexpr OpEntry kTable[] = {
      BITWISE("bitwise_and", bitwise_and),
      BITWISE("bitwise_or", bitwise_or),
      BITWISE("bitwise_xor", bitwise_xor),
      BITWISE_OPERATOR("__and__", "__iand__", bitwise_and),
      BITWISE_OPERATOR("__or__", "__ior__", bitwise_or),
      BITWISE_OPERATOR("__xor__", "__ixor__", bitwise_xor),
      BITWISE_OPERATOR("__lshift__", "__ilshift__", left_shift),
      BITWISE_OPERATOR("__rshift__", "__irshift__", right_shift),
      {"aten::bitwise_left_shift.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<left_shift>},
      {"aten::bitwise_left_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<left_shift>},
      {"aten::bitwise_right_shift.Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<right_shift>},
      {"aten::bitwise_right_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<right_shift>},
      {"aten::bitwise_not(Tensor self) -> Tensor", unary<bitwise_not>},
      {"aten::bitwise_not_(Tensor(a!) self) -> Tensor(a!)", unary_in_place<bitwise_not>},
  };
  return kTable;
}

#undef BITWISE
#undef BITWISE_OPERATOR

}  // namespace portfire::kernels
