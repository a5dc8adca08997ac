// Makes an op out of a plain C++ function: `op<f>` reads each parameter from the call by its C++ type, and stores the
// result.
//
// What a parameter type means: `int64_t`, `bool`, `const std::string&`, `ListBox&`, ... are the value's own (a
// `const StringBox&` knows whether it is all ASCII, where bytes are characters); `double`
// and `complex` accept any narrower number too, so that one function serves the int_float and float_int overloads;
// `Value` is moved out of the register at its last use; `const Value&` looks at it in place (never beside a `Value`:
// both may name one register). A result is anything a Value is made of; a `std::tuple` fills one register per item;
// `void` fills none.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "portfire/op.h"

namespace portfire::ops {

using Complex = std::complex<double>;

inline double read_double(const Value& v) { return v.is_double() ? v.to_double() : v.number_to_double(); }
inline Complex read_complex(const Value& v) {
  return v.tag() == Tag::kComplex ? v.to_complex() : Complex(v.number_to_double(), 0.0);
}
// An int, or a bool where a Scalar is expected.
inline std::int64_t read_integer(const Value& v) { return v.is_bool() ? v.to_bool() : v.to_int(); }

template <typename T>
struct Parameter;  // one specialisation per C++ type that an op may take

template <>
struct Parameter<std::int64_t> {
  static std::int64_t read(const Call& c, std::size_t i) { return c[i].to_int(); }
};
template <>
struct Parameter<bool> {
  static bool read(const Call& c, std::size_t i) { return c[i].to_bool(); }
};
template <>
struct Parameter<double> {
  static double read(const Call& c, std::size_t i) { return read_double(c[i]); }
};
template <>
struct Parameter<Complex> {
  static Complex read(const Call& c, std::size_t i) { return read_complex(c[i]); }
};
template <>
struct Parameter<const std::string&> {
  static const std::string& read(const Call& c, std::size_t i) { return c[i].to_string(); }
};
template <>
struct Parameter<const StringBox&> {
  static const StringBox& read(const Call& c, std::size_t i) { return c[i].string_box(); }
};
template <>
struct Parameter<ListBox&> {
  static ListBox& read(const Call& c, std::size_t i) { return c[i].to_list(); }
};
template <>
struct Parameter<DictBox&> {
  static DictBox& read(const Call& c, std::size_t i) { return c[i].to_dict(); }
};
template <>
struct Parameter<TupleBox&> {
  static TupleBox& read(const Call& c, std::size_t i) { return c[i].to_tuple(); }
};
template <>
struct Parameter<TensorBox&> {
  static TensorBox& read(const Call& c, std::size_t i) { return c[i].tensor_box(); }
};
template <>
struct Parameter<EnumBox&> {
  static EnumBox& read(const Call& c, std::size_t i) { return c[i].to_enum(); }
};
template <>
struct Parameter<const Device&> {
  static const Device& read(const Call& c, std::size_t i) { return c[i].to_device(); }
};
template <>
struct Parameter<const Value&> {
  static const Value& read(const Call& c, std::size_t i) { return c[i]; }
};
template <>
struct Parameter<Value> {
  static Value read(const Call& c, std::size_t i) { return c.take(i); }
};
template <>
struct Parameter<std::optional<std::int64_t>> {
  static std::optional<std::int64_t> read(const Call& c, std::size_t i) {
    return c[i].is_none() ? std::nullopt : std::optional(c[i].to_int());
  }
};

template <typename T>
struct IsTuple : std::false_type {};
template <typename... Ts>
struct IsTuple<std::tuple<Ts...>> : std::true_type {};

template <typename R>
void store_result(const Call& call, R&& result) {
  if constexpr (IsTuple<std::remove_cvref_t<R>>::value) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (call.set_result(I, Value(std::get<I>(std::forward<R>(result)))), ...);
    }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<R>>>());
  } else {
    call.set_result(Value(std::forward<R>(result)));
  }
}

// How many registers a result of type R fills.
template <typename R>
constexpr std::size_t kResultCount = 1;
template <>
inline constexpr std::size_t kResultCount<void> = 0;
template <typename... Ts>
constexpr std::size_t kResultCount<std::tuple<Ts...>> = sizeof...(Ts);

// A program from a file may call an op with any number of operands; the validator does not know the ops.
[[noreturn]] void throw_wrong_operand_count(std::size_t expected, std::size_t found);

inline void check_operand_count(const Call& call, std::size_t arguments, std::size_t results) {
  if (call.size() != arguments) [[unlikely]]
    throw_wrong_operand_count(arguments, call.size());
  if (call.result_count() < results) [[unlikely]]
    throw_wrong_operand_count(results, call.result_count());
}

template <typename R, typename... Ps>
struct Signature {
  template <auto F, std::size_t... I>
  static void apply(const Call& call, std::index_sequence<I...>) {
    // Braces: parameters are read from left to right, as the marks of last use presume.
    std::tuple<Ps...> arguments{Parameter<Ps>::read(call, I)...};
    if constexpr (std::is_void_v<R>) {
      F(std::forward<Ps>(std::get<I>(arguments))...);
    } else {
      store_result(call, F(std::forward<Ps>(std::get<I>(arguments))...));
    }
  }
  template <auto F>
  static void run(Call& call) {
    check_operand_count(call, sizeof...(Ps), kResultCount<R>);
    apply<F>(call, std::index_sequence_for<Ps...>());
  }
};

template <typename R, typename... Ps>
Signature<R, Ps...> signature_of(R (*)(Ps...));
template <typename F>
auto signature_of(F f) -> decltype(signature_of(+f));  // a lambda without captures

template <auto F>
void op(Call& call) {
  decltype(signature_of(F))::template run<F>(call);
}

}  // namespace portfire::ops
