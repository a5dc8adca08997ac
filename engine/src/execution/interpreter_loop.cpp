// The instruction loop: dispatch, jumps, and the instructions that must be fast (what they compute is in
// scalar_instructions.h and container_instructions.h).
//
// `ip`, `registers` and `words` live in processor registers; an instruction that may throw or change the frame first
// stores `ip` to ip_, where unwinding finds it, and one that changes the frame loads all three again.
#include <cxxabi.h>

#include <new>

#include "execution/container_instructions.h"
#include "execution/interpreter.h"
#include "execution/scalar_instructions.h"

namespace portfire {

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
#define COMPARISON(name, compared)                                  \
  CASE(name) : {                                                    \
    const Answer answer = compared;             \
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
    const Answer answer = compared;             \
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
  using namespace instructions;
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

  CASE(GetAttribute) : {
    const Value& holder = peek(ip[3]);
    std::uint32_t slot = 0;
    if (Operand{ip[3]}.kind() == Operand::kRegister && is_slot_known(holder, ip[2], slot)) [[likely]] {
      registers[ip[4]] = static_cast<const Object*>(holder.box())->slot(slot);
      ip += 5;
    } else {
      ip_ = ip;
      ip = get_attribute();
    }
    NEXT;
  }
  CASE(BorrowAttribute) : {
    ip_ = ip;
    const Value& holder = peek(ip[3]);
    std::uint32_t slot = 0;
    if (!is_slot_known(holder, ip[2], slot)) [[unlikely]]
      slot = find_slot(holder.to_object());
    borrow(registers[ip[4]], static_cast<const Object*>(holder.box())->slot(slot));
    ip += 5;
    NEXT;
  }
  CASE(BorrowItem) : {
    if (!borrow_item(registers, ip)) [[unlikely]] {
      ip_ = ip;
      call_intrinsic_op();  // into the scratch register, which keeps it
      borrow(registers[ip[5]], registers[ip[3]]);
    }
    ip += 6;
    NEXT;
  }
  CASE(BorrowTupleItem) : {
    ip_ = ip;
    const ValueArray& items = registers[ip[1]].to_tuple().items;
    if (ip[2] >= items.size()) [[unlikely]]
      tuple_item();  // throws
    borrow(registers[ip[3]], items[ip[2]]);
    ip += 4;
    NEXT;
  }
  CASE(TupleItem) : {
    const Value& tuple = peek(ip[1]);
    if (Operand{ip[1]}.kind() == Operand::kRegister && tuple.is_tuple() && ip[2] < tuple.to_tuple().items.size())
        [[likely]] {
      registers[ip[3]] = tuple.to_tuple().items[ip[2]];
      ip += 4;
    } else {
      ip_ = ip;
      ip = tuple_item();
    }
    NEXT;
  }
  CASE(AppendItem) : {
    ip_ = ip;
    marked(registers, ip[1]).to_list().items.push_back(take(ip[2]));
    release_marked(registers, ip[1]);
    ip += 3;
    NEXT;
  }
  CASE(SetItem) : {
    ip_ = ip;
    std::size_t position = 0;
    const Value& list = marked(registers, ip[1]);
    if (list.is_list() && find_position(registers[ip[2]], list.to_list().items.size(), position)) [[likely]] {
      list.to_list().items[position] = take(ip[5]);
      release_marked(registers, ip[1]);
    } else {
      call_set_item_op();
    }
    ip += 6;
    NEXT;
  }
  CASE(Drop) : {
    const Word* const end = ip + 2 + ip[1];
    for (ip += 2; ip != end; ++ip) registers[*ip] = Value();
    NEXT;
  }
  OUT_OF_LINE(Op, call_op)
  CALLS(Call, call_function)
  CALLS(CallMethod, call_method)
  CALLS(CallValue, call_value)
  OUT_OF_LINE(SetAttribute, set_attribute)
  OUT_OF_LINE(MakeTuple, make_tuple)
  OUT_OF_LINE(MakeList, make_list)
  OUT_OF_LINE(MakeDict, make_dict)
  OUT_OF_LINE(Unpack, unpack)
  OUT_OF_LINE(MakeObject, make_object)
  OUT_OF_LINE(IsInstance, is_instance)
  OUT_OF_LINE(Raise, raise)
  OUT_OF_LINE(Reraise, reraise)
  OUT_OF_LINE(Fork, fork)
  OUT_OF_LINE(Wait, wait)
  OUT_OF_LINE(Guard, guard)
  OUT_OF_LINE(Print, print)
  OUT_OF_LINE(CheckType, check_type)

  INTRINSIC(AddInt, int_op<instructions::AddInt>(registers, ip))
  INTRINSIC(SubInt, int_op<instructions::SubInt>(registers, ip))
  INTRINSIC(MulInt, int_op<instructions::MulInt>(registers, ip))
  INTRINSIC(FloorDivInt, int_op<instructions::FloorDivInt>(registers, ip))
  INTRINSIC(RemainderInt, int_op<instructions::RemainderInt>(registers, ip))
  INTRINSIC(AndInt, int_op<instructions::AndInt>(registers, ip))
  INTRINSIC(OrInt, int_op<instructions::OrInt>(registers, ip))
  INTRINSIC(XorInt, int_op<instructions::XorInt>(registers, ip))
  INTRINSIC(AddFloat, float_op<instructions::AddFloat>(registers, ip))
  INTRINSIC(SubFloat, float_op<instructions::SubFloat>(registers, ip))
  INTRINSIC(MulFloat, float_op<instructions::MulFloat>(registers, ip))
  INTRINSIC(DivFloat, float_op<instructions::DivFloat>(registers, ip))
  INTRINSIC(ListItem, list_item(registers, ip))
  INTRINSIC(ListLength, list_length(registers, ip))
  INTRINSIC(NegFloat, negate_float(registers, ip))
  INTRINSIC(MinInt, int_op<instructions::MinInt>(registers, ip))
  INTRINSIC(MaxInt, int_op<instructions::MaxInt>(registers, ip))
  INTRINSIC(MinFloat, float_op<instructions::MinFloat>(registers, ip))
  INTRINSIC(MaxFloat, float_op<instructions::MaxFloat>(registers, ip))
  INTRINSIC(DictItem, (ip_ = ip, dict_item(registers, ip)))
  INTRINSIC(StringItem, string_item(registers, ip))
  INTRINSIC(StringLength, string_length(registers, ip))
  INTRINSIC(Not, logical_not(registers, ip))

  COMPARISON(LtInt, compare_ints(registers, ip, std::less<>{}))
  COMPARISON(LeInt, compare_ints(registers, ip, std::less_equal<>{}))
  COMPARISON(GtInt, compare_ints(registers, ip, std::greater<>{}))
  COMPARISON(GeInt, compare_ints(registers, ip, std::greater_equal<>{}))
  COMPARISON(EqInt, compare_ints(registers, ip, std::equal_to<>{}))
  COMPARISON(NeInt, compare_ints(registers, ip, std::not_equal_to<>{}))
  COMPARISON(LtFloat, compare_floats(registers, ip, std::less<>{}))
  COMPARISON(LeFloat, compare_floats(registers, ip, std::less_equal<>{}))
  COMPARISON(GtFloat, compare_floats(registers, ip, std::greater<>{}))
  COMPARISON(GeFloat, compare_floats(registers, ip, std::greater_equal<>{}))
  COMPARISON(EqFloat, compare_floats(registers, ip, std::equal_to<>{}))
  COMPARISON(NeFloat, compare_floats(registers, ip, std::not_equal_to<>{}))
  COMPARISON(DictContains, (ip_ = ip, dict_contains(registers, ip)))
  COMPARISON(EqStr, compare_strings(registers, ip, std::true_type{}))
  COMPARISON(NeStr, compare_strings(registers, ip, std::false_type{}))
}

}  // namespace portfire
