// The instruction loop: dispatch, jumps, and the scalar instructions that must be fast.
//
// `ip`, `registers` and `words` live in processor registers; an instruction that may throw or change the frame first
// stores `ip` to ip_, where unwinding finds it, and one that changes the frame loads all three again.
#include <cxxabi.h>

#include <new>

#include "execution/interpreter.h"

namespace portfire {
namespace {

using Word = std::uint32_t;

// Each computes into `r`, or says that the bound op has to: for another type, an overflow, a division by zero.
struct AddInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_add_overflow(a, b, &r); }
};
struct SubInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_sub_overflow(a, b, &r); }
};
struct MulInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return !__builtin_mul_overflow(a, b, &r); }
};
struct FloorDivInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) {
    if (b <= 0) return false;
    r = a / b - (a % b < 0);
    return true;
  }
};
struct RemainderInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) {
    if (b <= 0) return false;
    const std::int64_t m = a % b;
    r = m < 0 ? m + b : m;
    return true;
  }
};
struct AndInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a & b, true; }
};
struct OrInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a | b, true; }
};
struct XorInt {
  static bool apply(std::int64_t a, std::int64_t b, std::int64_t& r) { return r = a ^ b, true; }
};
struct AddFloat {
  static bool apply(double a, double b, double& r) { return r = a + b, true; }
};
struct SubFloat {
  static bool apply(double a, double b, double& r) { return r = a - b, true; }
};
struct MulFloat {
  static bool apply(double a, double b, double& r) { return r = a * b, true; }
};
struct DivFloat {
  static bool apply(double a, double b, double& r) {
    if (b == 0.0) return false;
    r = a / b;
    return true;
  }
};

template <typename Op>
inline bool int_op(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  std::int64_t r = 0;
  if (!a.is_int() || !b.is_int() || !Op::apply(a.to_int(), b.to_int(), r)) [[unlikely]]
    return false;
  registers[ip[3]] = Value(r);
  return true;
}

template <typename Op>
inline bool float_op(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  double r = 0;
  if (!a.is_double() || !b.is_double() || !Op::apply(a.to_double(), b.to_double(), r)) [[unlikely]]
    return false;
  registers[ip[3]] = Value(r);
  return true;
}

enum class Answer : std::uint8_t { kFalse, kTrue, kAskOp };

template <typename Compare>
inline Answer compare_ints(const Value* registers, const Word* ip, Compare compare) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  if (!a.is_int() || !b.is_int()) [[unlikely]]
    return Answer::kAskOp;
  return compare(a.to_int(), b.to_int()) ? Answer::kTrue : Answer::kFalse;
}

template <typename Compare>
inline Answer compare_floats(const Value* registers, const Word* ip, Compare compare) {
  const Value& a = registers[ip[1]];
  const Value& b = registers[ip[2]];
  if (!a.is_double() || !b.is_double()) [[unlikely]]
    return Answer::kAskOp;
  return compare(a.to_double(), b.to_double()) ? Answer::kTrue : Answer::kFalse;
}

inline bool list_item(Value* registers, const Word* ip) {
  const Value& list = registers[ip[1]];
  const Value& index = registers[ip[2]];
  if (!list.is_list() || !index.is_int()) [[unlikely]]
    return false;
  const std::vector<Value>& items = static_cast<const ListBox*>(list.box())->items;
  std::int64_t i = index.to_int();
  if (i < 0) i += static_cast<std::int64_t>(items.size());
  if (static_cast<std::uint64_t>(i) >= items.size()) [[unlikely]]
    return false;
  registers[ip[3]] = items[static_cast<std::size_t>(i)];
  return true;
}

inline bool list_length(Value* registers, const Word* ip) {
  const Value& list = registers[ip[1]];
  if (!list.is_list()) [[unlikely]]
    return false;
  registers[ip[3]] = static_cast<std::int64_t>(static_cast<const ListBox*>(list.box())->items.size());
  return true;
}

inline bool logical_not(Value* registers, const Word* ip) {
  const Value& a = registers[ip[1]];
  if (!a.is_bool()) [[unlikely]]
    return false;
  registers[ip[3]] = !a.to_bool();
  return true;
}

}  // namespace

// Errors of any kind become Errors here, with the traceback of the calls they end.
Value Interpreter::loop() {
  const auto end_with = [&](Error error) {
    if (!unwind(error)) throw error;
  };
  for (;;) {
    try {
      context_.charge(1);  // a loop of exceptions is a loop
      return execute();
    } catch (Error& error) {
      if (!unwind(error)) throw;
    } catch (const std::bad_alloc&) {
      end_with(Error(ErrorCode::kLimit, "MemoryError", "not enough memory"));
    } catch (const std::exception& e) {
      end_with(Error(ErrorCode::kRuntime, e.what()));
    } catch (abi::__forced_unwind&) {
      throw;  // the thread is being cancelled
    } catch (...) {
      end_with(Error(ErrorCode::kRuntime, "an operator failed with an unknown exception"));
    }
  }
}

// clang-format off
#define PORTFIRE_LABEL(name) &&do_##name,
#define NEXT goto* kLabels[*ip]
#define CASE(name) do_##name
// An instruction that runs out of line, in the same frame.
#define OUT_OF_LINE(name, member) \
  CASE(name) : {                  \
    ip_ = ip;                     \
    ip = member();                \
    NEXT;                         \
  }
// An instruction that may go on in another frame.
#define CALLS(name, member)      \
  CASE(name) : {                 \
    ip_ = ip;                    \
    ip = member();               \
    registers = registers_;      \
    words = code_->words.data(); \
    NEXT;                        \
  }
#define INTRINSIC(name, fast)        \
  CASE(name) : {                     \
    if (!(fast)) [[unlikely]] {      \
      ip_ = ip;                      \
      call_intrinsic_op();           \
    }                                \
    ip += 5;                         \
    NEXT;                            \
  }
// A comparison that leaves a bool, and its twin that jumps.
#define COMPARISON(name, compare, op)                               \
  CASE(name) : {                                                    \
    const Answer answer = compare(registers, ip, op{});             \
    if (answer == Answer::kAskOp) [[unlikely]] {                    \
      ip_ = ip;                                                     \
      call_intrinsic_op();                                          \
    } else {                                                        \
      registers[ip[3]] = answer == Answer::kTrue;                   \
    }                                                               \
    ip += 5;                                                        \
    NEXT;                                                           \
  }                                                                 \
  CASE(If##name) : {                                                \
    const Answer answer = compare(registers, ip, op{});             \
    bool is_true = answer == Answer::kTrue;                         \
    if (answer == Answer::kAskOp) [[unlikely]] {                    \
      ip_ = ip;                                                     \
      call_intrinsic_op();                                          \
      is_true = registers[ip[3]].to_bool();                         \
    }                                                               \
    ip = words + (is_true ? ip[6] : ip[5]);                         \
    NEXT;                                                           \
  }
// clang-format on

Value Interpreter::execute() {
  static constexpr void* kLabels[] = {PORTFIRE_CODES(PORTFIRE_LABEL)};
  const Word* ip = ip_;
  Value* registers = registers_;
  const Word* words = code_->words.data();
  NEXT;

  CASE(Copy) : {
    registers[ip[2]] = registers[ip[1]];
    ip += 3;
    NEXT;
  }
  CASE(Steal) : {
    registers[ip[2]] = std::move(registers[ip[1]]);
    ip += 3;
    NEXT;
  }
  CASE(Load) : {
    registers[ip[2]] = constants_[ip[1]];
    ip += 3;
    NEXT;
  }
  CASE(Jump) : {
    ip = words + ip[1];
    NEXT;
  }
  CASE(JumpBack) : {
    ip_ = ip;
    context_.charge(1);
    ip = words + ip[1];
    NEXT;
  }
  CASE(Step) : {
    ip_ = ip;
    context_.charge(1);
    ip += 1;
    NEXT;
  }
  CASE(JumpIfFalse) : {
    ip_ = ip;
    ip = registers[ip[1]].to_bool() ? ip + 3 : words + ip[2];
    NEXT;
  }
  CASE(JumpIfTrue) : {
    ip_ = ip;
    ip = registers[ip[1]].to_bool() ? words + ip[2] : ip + 3;
    NEXT;
  }
  CASE(LoopTest) : {
    ip_ = ip;
    ip = registers[ip[1]].to_int() >= registers[ip[2]].to_int() ? words + ip[3] : ip + 4;
    NEXT;
  }
  CASE(LoopNext) : {
    ip_ = ip;
    context_.charge(1);
    registers[ip[1]] = static_cast<std::int64_t>(static_cast<std::uint64_t>(registers[ip[1]].to_int()) + 1);
    ip = words + ip[2];
    NEXT;
  }
  CASE(LoopNextTest) : {
    ip_ = ip;
    context_.charge(1);
    const auto i = static_cast<std::int64_t>(static_cast<std::uint64_t>(registers[ip[1]].to_int()) + 1);
    registers[ip[1]] = i;
    ip = words + (i >= registers[ip[2]].to_int() ? ip[4] : ip[3]);
    NEXT;
  }
  CASE(Return) : {
    Value result = take(ip[1]);
    const Frame frame = frames_.back();
    pop_frame();
    if (!frame.return_to) return result;
    ip = frame.return_to;
    registers = registers_;
    words = code_->words.data();
    registers[frame.result] = std::move(result);
    NEXT;
  }

  OUT_OF_LINE(Op, call_op)
  CALLS(Call, call_function)
  CALLS(CallMethod, call_method)
  CALLS(CallValue, call_value)
  OUT_OF_LINE(GetAttribute, get_attribute)
  OUT_OF_LINE(SetAttribute, set_attribute)
  OUT_OF_LINE(MakeTuple, make_tuple)
  OUT_OF_LINE(MakeList, make_list)
  OUT_OF_LINE(MakeDict, make_dict)
  OUT_OF_LINE(Unpack, unpack)
  OUT_OF_LINE(TupleItem, tuple_item)
  OUT_OF_LINE(MakeObject, make_object)
  OUT_OF_LINE(IsInstance, is_instance)
  OUT_OF_LINE(Raise, raise)
  OUT_OF_LINE(Reraise, reraise)
  OUT_OF_LINE(Fork, fork)
  OUT_OF_LINE(Wait, wait)
  OUT_OF_LINE(Drop, drop)
  OUT_OF_LINE(Guard, guard)
  OUT_OF_LINE(Print, print)
  OUT_OF_LINE(CheckType, check_type)

  INTRINSIC(AddInt, int_op<portfire::AddInt>(registers, ip))
  INTRINSIC(SubInt, int_op<portfire::SubInt>(registers, ip))
  INTRINSIC(MulInt, int_op<portfire::MulInt>(registers, ip))
  INTRINSIC(FloorDivInt, int_op<portfire::FloorDivInt>(registers, ip))
  INTRINSIC(RemainderInt, int_op<portfire::RemainderInt>(registers, ip))
  INTRINSIC(AndInt, int_op<portfire::AndInt>(registers, ip))
  INTRINSIC(OrInt, int_op<portfire::OrInt>(registers, ip))
  INTRINSIC(XorInt, int_op<portfire::XorInt>(registers, ip))
  INTRINSIC(AddFloat, float_op<portfire::AddFloat>(registers, ip))
  INTRINSIC(SubFloat, float_op<portfire::SubFloat>(registers, ip))
  INTRINSIC(MulFloat, float_op<portfire::MulFloat>(registers, ip))
  INTRINSIC(DivFloat, float_op<portfire::DivFloat>(registers, ip))
  INTRINSIC(ListItem, list_item(registers, ip))
  INTRINSIC(ListLength, list_length(registers, ip))
  INTRINSIC(Not, logical_not(registers, ip))

  COMPARISON(LtInt, compare_ints, std::less<>)
  COMPARISON(LeInt, compare_ints, std::less_equal<>)
  COMPARISON(GtInt, compare_ints, std::greater<>)
  COMPARISON(GeInt, compare_ints, std::greater_equal<>)
  COMPARISON(EqInt, compare_ints, std::equal_to<>)
  COMPARISON(NeInt, compare_ints, std::not_equal_to<>)
  COMPARISON(LtFloat, compare_floats, std::less<>)
  COMPARISON(LeFloat, compare_floats, std::less_equal<>)
  COMPARISON(GtFloat, compare_floats, std::greater<>)
  COMPARISON(GeFloat, compare_floats, std::greater_equal<>)
  COMPARISON(EqFloat, compare_floats, std::equal_to<>)
  COMPARISON(NeFloat, compare_floats, std::not_equal_to<>)
}

}  // namespace portfire
