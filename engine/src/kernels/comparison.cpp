// Comparisons, logical ops and tests of floats: results are bool tensors.
#include <cmath>

#include "families.h"
#include "pointwise.h"

namespace portfire::kernels {
namespace {

constexpr auto kBool = ResultKind::kBool;

template <Domain D, typename F>
TensorRef compare(const char* name, const TensorRef& a, const TensorRef& b, const TensorRef& into, F f) {
  return run_binary<D, kBool>(name, a, b, into, f);
}

TensorRef eq(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kAll>("eq", a, b, into, [](auto x, auto y) { return x == y; });
}
TensorRef ne(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kAll>("ne", a, b, into, [](auto x, auto y) { return x != y; });
}
TensorRef lt(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kReal>("lt", a, b, into, [](auto x, auto y) { return x < y; });
}
TensorRef le(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kReal>("le", a, b, into, [](auto x, auto y) { return x <= y; });
}
TensorRef gt(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kReal>("gt", a, b, into, [](auto x, auto y) { return x > y; });
}
TensorRef ge(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kReal>("ge", a, b, into, [](auto x, auto y) { return x >= y; });
}

template <typename T>
bool truth(T x) {
  return x != T(0);
}
TensorRef logical_and(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kAll>("logical_and", a, b, into, [](auto x, auto y) { return truth(x) && truth(y); });
}
TensorRef logical_or(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kAll>("logical_or", a, b, into, [](auto x, auto y) { return truth(x) || truth(y); });
}
TensorRef logical_xor(const TensorRef& a, const TensorRef& b, const TensorRef& into) {
  return compare<Domain::kAll>("logical_xor", a, b, into, [](auto x, auto y) { return truth(x) != truth(y); });
}
TensorRef logical_not(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kAll, kBool>("logical_not", a, into, [](auto x) { return !truth(x); });
}

template <typename T>
bool number_is_nan(T x) {
  if constexpr (is_complex_type<T>) return std::isnan(x.real()) || std::isnan(x.imag());
  return x != x;
}
template <typename T>
bool number_is_finite(T x) {
  if constexpr (is_complex_type<T>) {
    return std::isfinite(x.real()) && std::isfinite(x.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(x);
  } else {
    return true;
  }
}
TensorRef isnan(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kAll, kBool>("isnan", a, into, [](auto x) { return number_is_nan(x); });
}
TensorRef isfinite(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kAll, kBool>("isfinite", a, into, [](auto x) { return number_is_finite(x); });
}
TensorRef isinf(const TensorRef& a, const TensorRef& into) {
  return run_unary<Domain::kReal, kBool>("isinf", a, into,
                                         [](auto x) { return !number_is_finite(x) && !number_is_nan(x); });
}

TensorRef isclose(const Call& c) {
  const TensorRef a = tensor_at(c, 0);
  const TensorRef b = tensor_at(c, 1);
  if (a->dtype() != b->dtype()) {
    fail(scalar_type_name(a->dtype()), " did not match ", scalar_type_name(b->dtype()));
  }
  const double relative = double_or(c, 2, 1e-5);
  const double absolute = double_or(c, 3, 1e-8);
  const bool equal_nan = bool_or(c, 4, false);
  return compare<Domain::kReal>("isclose", a, b, {}, [=](auto x, auto y) {
    if (x == y) return true;
    const auto p = static_cast<double>(x);
    const auto q = static_cast<double>(y);
    if (std::isnan(p) || std::isnan(q)) return equal_nan && std::isnan(p) && std::isnan(q);
    return std::isfinite(p - q) && std::abs(p - q) <= absolute + std::abs(relative * q);
  });
}

bool all_equal(const TensorRef& a, const TensorRef& b) {
  if (a->shape() != b->shape()) return false;
  if (a->dtype() != b->dtype()) {
    fail("Expected object of data type ", scalar_type_name(a->dtype()), " but got data type ",
         scalar_type_name(b->dtype()), " for argument 'other' in call to equal");
  }
  const TensorRef same = eq(a, b, {});
  const bool* p = same->ptr<bool>();
  return std::all_of(p, p + same->count(), [](bool x) { return x; });
}

void equal(Call& c) { c.set_result(Value(all_equal(tensor_at(c, 0), tensor_at(c, 1)))); }

void allclose(Call& c) {
  const TensorRef close = isclose(c);
  const bool* p = close->ptr<bool>();
  c.set_result(Value(std::all_of(p, p + close->count(), [](bool x) { return x; })));
}

}  // namespace

#define COMPARISON(op)                                                                                      \
  {"aten::" #op ".Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<op>},                         \
      {"aten::" #op ".Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<op>},                     \
      {"aten::" #op "_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<op>}, { \
    "aten::" #op "_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", tensor_scalar_in_place<op>        \
  }
#define COMPARISON_ALIAS(alias, op)                                                      \
  {"aten::" #alias ".Tensor(Tensor self, Tensor other) -> Tensor", tensor_tensor<op>}, { \
    "aten::" #alias ".Scalar(Tensor self, Scalar other) -> Tensor", tensor_scalar<op>    \
  }
#define LOGICAL(op)                                                                           \
  {"aten::" #op "(Tensor self, Tensor other) -> Tensor", tensor_tensor<op>}, {                \
    "aten::" #op "_(Tensor(a!) self, Tensor other) -> Tensor(a!)", tensor_tensor_in_place<op> \
  }

KernelTable comparison_kernels() {
  static constexpr OpEntry kTable[] = {
      COMPARISON(eq),
      COMPARISON(ne),
      COMPARISON(lt),
      COMPARISON(le),
      COMPARISON(gt),
      COMPARISON(ge),
      COMPARISON_ALIAS(not_equal, ne),
      COMPARISON_ALIAS(less, lt),
      COMPARISON_ALIAS(less_equal, le),
      COMPARISON_ALIAS(greater, gt),
      COMPARISON_ALIAS(greater_equal, ge),
      LOGICAL(logical_and),
      LOGICAL(logical_or),
      LOGICAL(logical_xor),
      {"aten::logical_not(Tensor self) -> Tensor", unary<logical_not>},
      {"aten::logical_not_(Tensor(a!) self) -> Tensor(a!)", unary_in_place<logical_not>},
      {"aten::isnan(Tensor self) -> Tensor", unary<isnan>},
      {"aten::isinf(Tensor self) -> Tensor", unary<isinf>},
      {"aten::isfinite(Tensor self) -> Tensor", unary<isfinite>},
      {"aten::isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Tensor",
       functional<isclose>},
      {"aten::allclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> bool",
       allclose},
      {"aten::equal(Tensor self, Tensor other) -> bool", equal},
  };
  return kTable;
}

#undef COMPARISON
#undef COMPARISON_ALIAS
#undef LOGICAL

}  // namespace portfire::kernels
