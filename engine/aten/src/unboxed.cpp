// The common signatures: the dispatcher's typed entry is called directly, nothing is boxed. A signature that is not in
// the list at the end goes the boxed way; adding a line there is all it takes to move it.

#include <ATen/core/IListRef.h>
#include <ATen/core/jit_type.h>

#include <string>
#include <unordered_map>
#include <utility>

#include "dispatch.h"
#include "errors.h"
#include "unboxed_arguments.h"

namespace portfire::aten {
namespace {

template <typename Signature>
struct UnboxedOp {
  c10::TypedOperatorHandle<Signature> handle;
  int alias;  // the argument that the first result may be, or -1
};

// Keeps the box of the argument where the result is the same tensor.
template <typename Tensor>
void set_tensor(const Call& call, int alias, Tensor&& result) {
  if (alias >= 0) {
    const Value& argument = call[static_cast<std::size_t>(alias)];
    if (argument.is_tensor() && TensorArgument(argument).get().is_same(result)) {
      call.set_result(Value(argument));
      return;
    }
  }
  call.set_result(wrap(std::forward<Tensor>(result)));
}

template <typename... T>
void set_results(const Call& call, int, std::tuple<T...> results) {
  const auto set = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (call.set_result(I, wrap(std::get<I>(std::move(results)))), ...);
  };
  set(std::index_sequence_for<T...>());
}
void set_results(const Call& call, int alias, at::Tensor&& result) { set_tensor(call, alias, std::move(result)); }
void set_results(const Call& call, int alias, at::Tensor& result) { set_tensor(call, alias, result); }
void set_results(const Call& call, int, bool result) { call.set_result(result); }
void set_results(const Call& call, int, at::Scalar&& result) { call.set_result(from_scalar(result)); }
void set_results(const Call& call, int, std::vector<at::Tensor>&& results) {
  std::vector<Value> items;
  items.reserve(results.size());
  for (at::Tensor& t : results) items.push_back(wrap(std::move(t)));
  call.set_result(Value::list(Type::leaf(TypeKind::kTensor), std::move(items)));
}

template <typename R>
inline constexpr std::size_t kResultCount = 1;
template <typename... T>
inline constexpr std::size_t kResultCount<std::tuple<T...>> = sizeof...(T);

template <typename Signature>
struct Unboxed;

template <typename R, typename... A>
struct Unboxed<R(A...)> {
  using Op = UnboxedOp<R(A...)>;

  static void run(Call& call) { run(call, std::index_sequence_for<A...>()); }

  template <std::size_t... I>
  static void run(Call& call, std::index_sequence<I...>) {
    const Op& op = *static_cast<const Op*>(call.data());
    check_arity(call, sizeof...(A), kResultCount<R>);
    try {
      std::tuple<Argument<A>...> arguments{call[I]...};
      set_results(call, op.alias, op.handle.call(std::get<I>(arguments).get()...));
    } catch (...) {
      rethrow_as_error();
    }
  }

  static BoundOp bind(const c10::OperatorHandle& op) {
    const std::vector<int> aliases = aliased_arguments(op.schema());
    auto handle = op.typed<R(A...)>();  // throws where the operator was registered with another C++ signature
    return {run, std::make_shared<Op>(Op{handle, aliases.size() == 1 ? aliases[0] : -1})};
  }
};

// One letter per parameter, lower case `?` forms apart: see `letter_of`.
char letter_of(const c10::Argument& argument) {
  using Kind = c10::TypeKind;
  c10::TypePtr type = argument.real_type();
  const bool optional = type->kind() == Kind::OptionalType;
  if (optional) type = type->containedType(0);
  switch (type->kind()) {
    case Kind::TensorType:
      if (argument.alias_info() != nullptr && argument.alias_info()->isWrite()) return 'W';
      return optional ? 't' : 'T';
    case Kind::NumberType:
      return optional ? 'n' : 'N';
    case Kind::IntType:
      return optional ? 'i' : 'I';
    case Kind::SymIntType:
      return optional ? 's' : 'S';
    case Kind::FloatType:
      return optional ? 'f' : 'F';
    case Kind::BoolType:
      return optional ? 'b' : 'B';
    case Kind::ScalarTypeType:
      return optional ? 'd' : 'D';
    case Kind::LayoutType:
      return optional ? 'l' : 'L';
    case Kind::MemoryFormatType:
      return optional ? 'm' : 'M';
    case Kind::DeviceObjType:
      return optional ? 'v' : 'V';
    case Kind::ListType:
      break;
    default:
      return '*';
  }
  switch (type->containedType(0)->kind()) {
    case Kind::IntType:
      return optional ? 'a' : 'A';
    case Kind::SymIntType:
      return optional ? '*' : 'Y';
    case Kind::TensorType:
      return optional ? '*' : 'X';
    default:
      return '*';
  }
}

std::string signature_of(const c10::FunctionSchema& schema) {
  std::string code;
  for (const c10::Argument& argument : schema.arguments()) code += letter_of(argument);
  code += '>';
  for (const c10::Argument& result : schema.returns()) code += letter_of(result);
  return code;
}

using Binder = BoundOp (*)(const c10::OperatorHandle&);
using T = const at::Tensor&;
using W = at::Tensor&;
using t = const std::optional<at::Tensor>&;
using N = const at::Scalar&;
using n = const std::optional<at::Scalar>&;
using I = std::int64_t;
using S = c10::SymInt;
using F = double;
using B = bool;
using Y = c10::SymIntArrayRef;
using A = at::IntArrayRef;
using a = at::OptionalIntArrayRef;
template <typename Number>
using Maybe = std::optional<Number>;
using d = Maybe<at::ScalarType>;
using l = Maybe<at::Layout>;
using v = Maybe<at::Device>;
using b = Maybe<bool>;
using m = Maybe<at::MemoryFormat>;
using Tensor1 = at::Tensor;
using Tensor2 = std::tuple<at::Tensor, at::Tensor>;
using Tensor3 = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
using Tensors = std::vector<at::Tensor>;

const std::unordered_map<std::string, Binder>& binders() {
  static const std::unordered_map<std::string, Binder> table{
      // element-wise and reductions
      {"T>T", Unboxed<Tensor1(T)>::bind},
      {"TT>T", Unboxed<Tensor1(T, T)>::bind},
      {"TTT>T", Unboxed<Tensor1(T, T, T)>::bind},
      {"TN>T", Unboxed<Tensor1(T, N)>::bind},
      {"NT>T", Unboxed<Tensor1(N, T)>::bind},
      {"TTN>T", Unboxed<Tensor1(T, T, N)>::bind},
      {"TNN>T", Unboxed<Tensor1(T, N, N)>::bind},
      {"TNNN>T", Unboxed<Tensor1(T, N, N, N)>::bind},
      {"TTTN>T", Unboxed<Tensor1(T, T, T, N)>::bind},
      {"TTTNN>T", Unboxed<Tensor1(T, T, T, N, N)>::bind},
      {"Tnn>T", Unboxed<Tensor1(T, n, n)>::bind},
      {"Td>T", Unboxed<Tensor1(T, d)>::bind},
      {"TB>T", Unboxed<Tensor1(T, B)>::bind},
      {"Tad>T", Unboxed<Tensor1(T, a, d)>::bind},
      {"TaBd>T", Unboxed<Tensor1(T, a, B, d)>::bind},
      {"TaB>T", Unboxed<Tensor1(T, a, B)>::bind},
      {"TaBB>T", Unboxed<Tensor1(T, a, B, B)>::bind},
      {"TAB>T", Unboxed<Tensor1(T, A, B)>::bind},
      {"TIB>T", Unboxed<Tensor1(T, I, B)>::bind},
      {"TIBd>T", Unboxed<Tensor1(T, I, B, d)>::bind},
      {"TIB>TT", Unboxed<Tensor2(T, I, B)>::bind},
      {"TSIBB>TT", Unboxed<Tensor2(T, S, I, B, B)>::bind},
      {"TiB>T", Unboxed<Tensor1(T, Maybe<I>, B)>::bind},
      {"TId>T", Unboxed<Tensor1(T, I, d)>::bind},
      {"T>B", Unboxed<bool(T)>::bind},
      {"T>N", Unboxed<at::Scalar(T)>::bind},
      // in place
      {"W>W", Unboxed<W(W)>::bind},
      {"WT>W", Unboxed<W(W, T)>::bind},
      {"WN>W", Unboxed<W(W, N)>::bind},
      {"WTN>W", Unboxed<W(W, T, N)>::bind},
      {"WNN>W", Unboxed<W(W, N, N)>::bind},
      {"WTB>W", Unboxed<W(W, T, B)>::bind},
      {"WTTN>W", Unboxed<W(W, T, T, N)>::bind},
      // views and shapes
      {"TI>T", Unboxed<Tensor1(T, I)>::bind},
      {"TS>T", Unboxed<Tensor1(T, S)>::bind},
      {"TII>T", Unboxed<Tensor1(T, I, I)>::bind},
      {"TIS>T", Unboxed<Tensor1(T, I, S)>::bind},
      {"TISS>T", Unboxed<Tensor1(T, I, S, S)>::bind},
      {"TIssS>T", Unboxed<Tensor1(T, I, Maybe<S>, Maybe<S>, S)>::bind},
      {"TA>T", Unboxed<Tensor1(T, A)>::bind},
      {"TY>T", Unboxed<Tensor1(T, Y)>::bind},
      {"TYB>T", Unboxed<Tensor1(T, Y, B)>::bind},
      {"TYA>T", Unboxed<Tensor1(T, Y, A)>::bind},
      {"TYN>T", Unboxed<Tensor1(T, Y, N)>::bind},
      {"TI>X", Unboxed<Tensors(T, I)>::bind},
      {"TII>X", Unboxed<Tensors(T, I, I)>::bind},
      {"TSI>X", Unboxed<Tensors(T, S, I)>::bind},
      {"TYI>X", Unboxed<Tensors(T, Y, I)>::bind},
      {"TM>T", Unboxed<Tensor1(T, at::MemoryFormat)>::bind},
      {"Tm>T", Unboxed<Tensor1(T, m)>::bind},
      {"TDBBm>T", Unboxed<Tensor1(T, at::ScalarType, B, B, m)>::bind},
      {"TVDBBm>T", Unboxed<Tensor1(T, at::Device, at::ScalarType, B, B, m)>::bind},
      {"TIT>T", Unboxed<Tensor1(T, I, T)>::bind},
      {"TITB>T", Unboxed<Tensor1(T, I, T, B)>::bind},
      // creation
      {"Ydlvb>T", Unboxed<Tensor1(Y, d, l, v, b)>::bind},
      {"Ydlvbm>T", Unboxed<Tensor1(Y, d, l, v, b, m)>::bind},
      {"YNdlvb>T", Unboxed<Tensor1(Y, N, d, l, v, b)>::bind},
      {"Tdlvbm>T", Unboxed<Tensor1(T, d, l, v, b, m)>::bind},
      {"Ndlvb>T", Unboxed<Tensor1(N, d, l, v, b)>::bind},
      {"NNdlvb>T", Unboxed<Tensor1(N, N, d, l, v, b)>::bind},
      // networks
      {"TTt>T", Unboxed<Tensor1(T, T, t)>::bind},
      {"TTtYYYS>T", Unboxed<Tensor1(T, T, t, Y, Y, Y, S)>::bind},
      {"TttttBFFB>T", Unboxed<Tensor1(T, t, t, t, t, B, F, F, B)>::bind},
      {"TYttFB>T", Unboxed<Tensor1(T, Y, t, t, F, B)>::bind},
      {"TIttFB>T", Unboxed<Tensor1(T, I, t, t, F, B)>::bind},
      {"TFB>T", Unboxed<Tensor1(T, F, B)>::bind},
      {"TTTtFBfB>T", Unboxed<Tensor1(T, T, T, t, F, B, Maybe<F>, B)>::bind},
      {"TTSBB>T", Unboxed<Tensor1(T, T, S, B, B)>::bind},
      {"TAAAAB>T", Unboxed<Tensor1(T, A, A, A, A, B)>::bind},
      {"TAAABBi>T", Unboxed<Tensor1(T, A, A, A, B, B, Maybe<I>)>::bind},
      {"TTTTtt>T", Unboxed<Tensor1(T, T, T, T, t, t)>::bind},
      {"TXTTtt>TT", Unboxed<Tensor2(T, at::TensorList, T, T, t, t)>::bind},
      {"TXXBIFBBB>TTT", Unboxed<Tensor3(T, at::TensorList, at::TensorList, B, I, F, B, B, B)>::bind},
      {"TTXBIFBBB>TT", Unboxed<Tensor2(T, T, at::TensorList, B, I, F, B, B, B)>::bind},
  };
  return table;
}

// Operators that take a list of tensors have one of two C++ signatures: structured ones ITensorListRef.
BoundOp bind_joining(const c10::OperatorHandle& op) {
  try {
    return Unboxed<Tensor1(const at::ITensorListRef&, I)>::bind(op);
  } catch (const std::exception&) {
    return Unboxed<Tensor1(at::TensorList, I)>::bind(op);
  }
}

}  // namespace

BoundOp bind_unboxed(const c10::OperatorHandle& op) {
  const std::string code = signature_of(op.schema());
  try {
    if (code == "XI>T") return bind_joining(op);
    const auto found = binders().find(code);
    return found == binders().end() ? BoundOp{} : found->second(op);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace portfire::aten
