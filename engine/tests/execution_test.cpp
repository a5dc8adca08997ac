// Programs written by hand, from bytes to results: one instruction or rule at a time.
#include <thread>

#include "assembler.h"
#include "check.h"
#include "portfire/call_context.h"
#include "portfire/future.h"
#include "portfire/program.h"

using namespace assembler;
using portfire::CallOptions;
using portfire::Error;
using portfire::ErrorCode;
using portfire::Value;

namespace {

constexpr unsigned kIntType = 1;
constexpr unsigned kStrType = 5;
constexpr unsigned kAnyType = 13;
constexpr unsigned kListType = 18;
constexpr unsigned kDictType = 19;
constexpr unsigned kFutureType = 23;

std::shared_ptr<const portfire::Program> build(const assembler::Program& p, const portfire::Libraries& libraries = {}) {
  return portfire::Program::from_bytes(p.encode(), {}, libraries);
}
Value call(const assembler::Program& p, const std::string& name, std::vector<Value> args,
           const CallOptions& options = {}) {
  return build(p)->function(name)->call(std::move(args), options);
}

// How many steps n takes to reach 1.
assembler::Program collatz() {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word zero = constant(p.integer(0));
  const Word one = constant(p.integer(1));
  const Word two = constant(p.integer(2));
  const Word three = constant(p.integer(3));
  assembler::Function f{"collatz", {{"n", kInt}}, kInt, 5};
  f.emit({1, zero, 1});
  const Word test = f.here();
  f.emit({0, p.op("aten::ne", "int"), 2, reg(0), one, 1, 2});
  f.emit({3, last(2), 0});
  const Word exit = f.here() - 1;
  f.emit({0, p.op("aten::remainder", "int"), 2, reg(0), two, 1, 3});
  f.emit({0, p.op("aten::eq", "int"), 2, last(3), zero, 1, 2});
  f.emit({3, last(2), 0});
  const Word odd = f.here() - 1;
  f.emit({0, p.op("aten::floordiv", "int"), 2, reg(0), two, 1, 0});
  f.emit({2, 0});
  const Word join = f.here() - 1;
  f.code[odd] = f.here();
  f.emit({0, p.op("aten::mul", "int"), 2, reg(0), three, 1, 3});
  f.emit({0, p.op("aten::add", "int"), 2, last(3), one, 1, 0});
  f.code[join] = f.here();
  f.emit({0, p.op("aten::add", "int"), 2, reg(1), one, 1, 1});
  f.emit({2, test});
  f.code[exit] = f.here();
  f.emit({5, last(1)});
  p.add(f);
  return p;
}

// for i in range(n): total += i
assembler::Program counted_loop() {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word zero = constant(p.integer(0));
  assembler::Function f{"total", {{"n", kInt}}, kInt, 3};
  f.emit({1, zero, 1}).emit({1, zero, 2});
  const Word test = f.here();
  f.emit({21, 1, reg(0), 0});
  const Word exit = f.here() - 1;
  f.emit({0, p.op("aten::add", "int"), 2, reg(2), reg(1), 1, 2});
  f.emit({22, 1, test});
  f.code[exit] = f.here();
  f.emit({5, last(2)});
  p.add(f);
  return p;
}

TEST(runs_a_while_loop) {
  const auto program = build(collatz());
  CHECK_EQUAL(program->function("collatz")->call({Value(27)}).to_int(), 111);
  CHECK_EQUAL(program->function("collatz")->schema(), std::string("collatz(int n) -> int"));
}

TEST(runs_a_counted_loop) {
  CHECK_EQUAL(call(counted_loop(), "total", {Value(101)}).to_int(), 5050);
  CHECK_EQUAL(call(counted_loop(), "total", {Value(0)}).to_int(), 0);
}

TEST(limits_steps) {
  CallOptions options;
  options.max_steps = 1000;
  CHECK_ERROR(kLimit, call(counted_loop(), "total", {Value(100000)}, options));
  options.max_steps = 200000;
  CHECK_EQUAL(call(counted_loop(), "total", {Value(101)}, options).to_int(), 5050);
}

TEST(can_be_cancelled) {
  const std::atomic<bool> cancel{true};
  CallOptions options;
  options.cancel = &cancel;
  CHECK_ERROR(kLimit, call(counted_loop(), "total", {Value(100000)}, options));
}

TEST(checks_arguments) {
  CHECK_ERROR(kBadArgument, call(collatz(), "collatz", {Value("x")}));
  CHECK_ERROR(kBadArgument, call(collatz(), "collatz", {}));
  CHECK_ERROR(kBadArgument, call(collatz(), "collatz", {Value(1), Value(2)}));
  const auto program = build(collatz());
  CHECK_EQUAL(program->function("collatz")->call({}, {{"n", Value(27)}}).to_int(), 111);
  CHECK_ERROR(kBadArgument, program->function("collatz")->call({}, {{"m", Value(27)}}));
  CHECK_ERROR(kBadArgument, program->function("collatz")->call({Value(1)}, {{"n", Value(27)}}));
}

// f(n) = f(n - 1) if n > 0 else 0
assembler::Program recursion() {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word zero = constant(p.integer(0));
  const Word one = constant(p.integer(1));
  assembler::Function f{"down", {{"n", kInt}}, kInt, 3};
  f.emit({0, p.op("aten::gt", "int"), 2, reg(0), zero, 1, 1});
  f.emit({3, last(1), 0});
  const Word end = f.here() - 1;
  f.emit({0, p.op("aten::sub", "int"), 2, last(0), one, 1, 1});
  f.emit({6, 0, 1, last(1), 2});
  f.emit({5, last(2)});
  f.code[end] = f.here();
  f.emit({5, zero});
  const Word source = p.source("down.py", "def down(n: int) -> int:\n    return down(n - 1)\n", 10);
  f.positions.push_back({0, source, 11, "down", {}});
  p.add(f);
  return p;
}

TEST(limits_depth_not_the_stack) {
  CHECK_EQUAL(call(recursion(), "down", {Value(900)}).to_int(), 0);
  std::string what;
  CHECK_EQUAL(check::error_code([] { call(recursion(), "down", {Value(5000)}); }, &what),
              static_cast<int>(ErrorCode::kLimit));
  CHECK(what.find("RecursionError: maximum recursion depth exceeded") != std::string::npos);
  CHECK(what.find("Previous line repeated") != std::string::npos);
  CallOptions options;
  options.max_depth = 200000;
  CHECK_EQUAL(call(recursion(), "down", {Value(100000)}, options).to_int(), 0);
}

// g() raises; f() calls it, with a handler or without.
assembler::Program raising(bool with_handler, const std::vector<std::string>& classes = {}) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word kAny = p.type(kAnyType);
  const Word source = p.source("model.py", "def f():\n    return g()\ndef g():\n    raise ValueError('no')\n", 1);
  assembler::Function g{"g", {}, kInt, 0};
  g.emit({17, constant(p.text("no")), constant(p.text("ValueError"))});
  g.positions.push_back({0, source, 4, "g", {1}});
  g.positions.push_back({1000, source, 3, "outer", {}});
  assembler::Function f{"f", {}, kAny, 2};
  f.emit({6, 0, 0, 0});
  f.emit({5, reg(0)});
  const Word handler = f.here();
  f.emit({5, last(1)});
  f.positions.push_back({0, source, 2, "f", {}});
  if (with_handler) f.handlers.push_back({0, 6, handler, 1, classes});
  p.add(g);
  p.add(f);
  return p;
}

TEST(shows_a_traceback) {
  try {
    call(raising(false), "f", {});
    CHECK(false);
  } catch (const Error& e) {
    CHECK_EQUAL(e.exception_class(), std::string("ValueError"));
    CHECK_EQUAL(std::string(e.what()), std::string("Traceback of the model (most recent call last):\n"
                                                   "  File \"model.py\", line 2, in f\n    return g()\n"
                                                   "  File \"model.py\", line 3, in outer\n    def g():\n"
                                                   "  File \"model.py\", line 4, in g\n    raise ValueError('no')\n"
                                                   "ValueError: no"));
    CHECK(e.code() == ErrorCode::kUserException);
  }
}

TEST(handles_exceptions) {
  CHECK_EQUAL(portfire::value_repr(call(raising(true), "f", {})), std::string("('ValueError', 'no', None, None)"));
  CHECK_EQUAL(portfire::value_repr(call(raising(true, {"KeyError", "Exception"}), "f", {})),
              std::string("('ValueError', 'no', None, None)"));
  CHECK_ERROR(kUserException, call(raising(true, {"KeyError"}), "f", {}));
}

// Raises an exception of a class of the program's with two arguments, and maybe a handler that gives it back.
assembler::Program raising_with_arguments(const std::vector<std::string>& caught) {
  assembler::Program p;
  const Word kAny = p.type(kAnyType);
  const Word kPair = p.tuple_type({kAny, kAny});
  const Word kException = p.tuple_type({kAny, kAny, kAny, kAny});
  assembler::Function f{"f", {}, kAny, 2};
  f.emit({10, kPair, 2, constant(p.text("code")), constant(p.integer(3)), 0});
  f.emit({10, kException, 4, constant(p.text("__torch__.m.Coded")), constant(p.text("('code', 3)")), last(0),
          constant(p.none()), 0});
  f.emit({25, reg(0)});
  const Word handler = f.here();
  f.emit({5, last(1)});
  if (!caught.empty()) f.handlers.push_back({0, handler, handler, 1, caught});
  p.add(f);
  return p;
}

TEST(keeps_what_an_exception_holds) {
  try {
    call(raising_with_arguments({}), "f", {});
    CHECK(false);
  } catch (const Error& e) {
    CHECK_EQUAL(e.exception_class(), std::string("m.Coded"));
    CHECK_EQUAL(e.message(), std::string("('code', 3)"));
  }
  CHECK_EQUAL(portfire::value_repr(call(raising_with_arguments({"__torch__.m.Coded"}), "f", {})),
              std::string("('__torch__.m.Coded', \"('code', 3)\", ('code', 3), None)"));
  CHECK_ERROR(kUserException, call(raising_with_arguments({"ValueError"}), "f", {}));
}

TEST(raises_again_with_the_first_traceback) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  assembler::Function f{"f", {}, kInt, 1};
  f.emit({17, constant(p.text("first")), constant(p.none())});
  f.emit({25, reg(0)});
  f.handlers.push_back({0, 3, 3, 0, {}});
  p.add(f);
  try {
    call(p, "f", {});
    CHECK(false);
  } catch (const Error& e) {
    CHECK_EQUAL(e.exception_class(), std::string("AssertionError"));
    CHECK_EQUAL(e.traceback().size(), std::size_t{2});
  }
}

TEST(an_endless_loop_of_exceptions_meets_the_limit) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  assembler::Function f{"f", {}, kInt, 1};
  f.emit({17, constant(p.text("again")), constant(p.none())});
  f.handlers.push_back({0, 3, 0, 0, {}});
  p.add(f);
  CallOptions options;
  options.max_steps = 100;
  CHECK_ERROR(kLimit, call(p, "f", {}, options));
}

TEST(makes_and_unpacks_containers) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word kStr = p.type(kStrType);
  const Word kList = p.type(kListType, {kInt});
  const Word kDict = p.type(kDictType, {kStr, kList});
  const Word key = constant(p.text("k"));
  assembler::Function f{"f", {{"a", kInt}}, kDict, 4};
  f.emit({11, kList, 2, reg(0), constant(p.integer(7)), 1});
  f.emit({13, reg(1), 2, 2, 3});
  f.emit({11, kList, 3, last(3), last(2), last(0), 2});
  f.emit({12, kDict, 2, key, last(2), 3});
  f.emit({24, 2, reg(3), key});
  f.emit({5, last(3)});
  p.add(f);
  std::string printed;
  CallOptions options;
  options.print = [&](std::string_view text) { printed += text; };
  const Value result = call(p, "f", {Value(1)}, options);
  CHECK_EQUAL(portfire::value_repr(result), std::string("{'k': [7, 1, 1]}"));
  CHECK_EQUAL(printed, std::string("{'k': [7, 1, 1]} k\n"));
  CHECK_EQUAL(portfire::type_of(result)->str(), std::string("Dict(str, int[])"));
}

TEST(gives_wrong_lengths_as_errors) {
  assembler::Program p;
  const Word kAny = p.type(kAnyType);
  assembler::Function f{"f", {{"a", kAny}}, kAny, 3};
  f.emit({13, reg(0), 2, 1, 2});
  f.emit({5, reg(1)});
  p.add(f);
  CHECK_ERROR(kType, call(p, "f", {Value::tuple({Value(1)})}));
  CHECK_ERROR(kType, call(p, "f", {Value(3)}));
}

// A class with an attribute and a method that adds to it.
assembler::Program counter() {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word kAny = p.type(kAnyType);
  assembler::Function add{"Counter.add", {{"self", kAny}, {"by", kInt}}, kInt, 4};
  add.emit({8, p.str("count"), reg(0), 2});
  add.emit({0, p.op("aten::add", "int"), 2, last(2), reg(1), 1, 3});
  add.emit({9, p.str("count"), reg(0), reg(3)});
  add.emit({5, last(3)});
  add.defaults[1] = p.integer(1);
  p.add(add);
  assembler::Function twice{"twice", {{"c", kAny}}, kInt, 3};
  twice.emit({7, p.str("add"), 1, reg(0), 1});
  twice.emit({7, p.str("add"), 2, reg(0), constant(p.integer(10)), 2});
  twice.emit({5, reg(2)});
  p.add(twice);
  assembler::Function make{"make", {}, kAny, 1};
  make.emit({15, 0, 0}).emit({9, p.str("count"), reg(0), constant(p.integer(5))}).emit({5, last(0)});
  p.add(make);
  Writer& w = p.classes.add();
  w.var(p.str("Counter")).u8(0);
  w.var(1).var(p.str("count")).var(kInt).u8(0);
  w.var(1).var(p.str("add")).var(0);
  w.var(0).var(0);
  return p;
}

TEST(calls_methods) {
  const auto program = build(counter());
  const Value object = program->function("make")->call({});
  CHECK_EQUAL(program->function("twice")->call({object}).to_int(), 16);
  CHECK_EQUAL(program->function("twice")->call({object}).to_int(), 27);
  CHECK_EQUAL(object.to_object().get("count").to_int(), 27);
  CHECK_ERROR(kNotFound, object.to_object().get("other"));
  CHECK_ERROR(kType, program->function("twice")->call({Value(3)}));
}

TEST(objects_keep_their_program_alive) {
  Value object = build(counter())->function("make")->call({});
  const portfire::Function& add = object.to_object().method("add");
  CHECK_EQUAL(add.call({std::move(object)}).to_int(), 6);
}

TEST(objects_of_another_program_work) {
  const Value object = build(counter())->function("make")->call({});
  const auto program = build(counter());
  CHECK_EQUAL(program->function("twice")->call({object}).to_int(), 16);
}

TEST(forks_and_waits) {
  assembler::Program p = counted_loop();
  const Word kInt = 0;
  const Word kFuture = p.type(kFutureType, {kInt});
  assembler::Function f{"both", {{"n", kInt}}, kInt, 5};
  f.emit({18, 0, 1, reg(0), 1}).emit({18, 0, 1, reg(0), 2});
  f.emit({19, last(1), 3}).emit({19, last(2), 4});
  f.emit({0, p.op("aten::add", "int"), 2, reg(3), reg(4), 1, 3}).emit({5, reg(3)});
  p.add(f);
  assembler::Function later{"later", {{"n", kInt}}, kFuture, 2};
  later.emit({18, 0, 1, reg(0), 1}).emit({5, last(1)});
  p.add(later);
  CHECK_EQUAL(call(p, "both", {Value(101)}).to_int(), 10100);
  // The future outlives the program's handle, and possibly the thread pool.
  for (int i = 0; i < 20; ++i) CHECK_EQUAL(call(p, "later", {Value(101)}).to_future().wait().to_int(), 5050);
  CallOptions options;
  options.max_steps = 100;
  CHECK_ERROR(kLimit, call(p, "both", {Value(100000)}, options));
}

TEST(a_chain_of_forks_does_not_exhaust_the_stack) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  assembler::Function f{"f", {}, kInt, 2};
  f.emit({18, 0, 0, 0}).emit({19, last(0), 1}).emit({5, last(1)});
  p.add(f);
  CHECK_ERROR(kLimit, call(p, "f", {}));
}

TEST(threads_share_a_program) {
  const auto program = build(collatz());
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) right += program->function("collatz")->call({Value(27)}).to_int() == 111;
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK_EQUAL(right.load(), 800);
}

TEST(guards_and_checks_types) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word kBool = p.type(4);
  const Word kAny = p.type(kAnyType);
  assembler::Function g{"guard", {{"ok", kBool}}, kInt, 1};
  g.emit({23, reg(0), p.str("size 3 was 4")}).emit({5, constant(p.integer(1))});
  p.add(g);
  assembler::Function c{"check", {{"x", kAny}}, kBool, 2};
  c.emit({26, reg(0), 2, kInt, kBool, constant(p.text("wanted a number")), 0});
  c.emit({16, 1, kInt, last(0), 1}).emit({5, reg(1)});
  p.add(c);
  CHECK_EQUAL(call(p, "guard", {Value(true)}).to_int(), 1);
  CHECK_ERROR(kGuard, call(p, "guard", {Value(false)}));
  CHECK_EQUAL(call(p, "check", {Value(3)}).to_bool(), true);
  CHECK_EQUAL(call(p, "check", {Value(true)}).to_bool(), false);
  CHECK_ERROR(kType, call(p, "check", {Value("s")}));
}

TEST(calls_function_values) {
  assembler::Program p = collatz();
  p.constants.add().u8(13).var(0);
  const Word f0 = p.constants.count - 1;
  assembler::Function f{"apply", {}, 0, 1};
  f.emit({27, constant(f0), 1, constant(p.integer(27)), 0}).emit({5, reg(0)});
  p.add(f);
  CHECK_EQUAL(call(p, "apply", {}).to_int(), 111);
}

// A library of the host's, whose op calls back into the program.
class CallbackLibrary final : public portfire::KernelLibrary {
 public:
  std::string_view name() const override { return "callback"; }
  portfire::BoundOp bind(std::string_view op, std::string_view) override {
    if (op == "host::twice") return {twice, nullptr};
    if (op == "host::pair") return {pair, nullptr};
    return {};
  }
  portfire::Tensor adopt(const portfire::Tensor& t) override { return t; }
  portfire::Tensor from_memory(void*, std::vector<std::int64_t>, std::vector<std::int64_t>, portfire::DType, bool,
                               std::shared_ptr<const void>) override {
    return {};
  }

 private:
  static void twice(portfire::Call& call) {
    const portfire::Function& f = *call[0].to_function().function;
    const Value once = call.context()->call(f, {call[1]});
    call.set_result(call.context()->call(f, {once}));
  }
  static void pair(portfire::Call& call) {
    const Value& list = call[0];
    call.set_result(0, Value(1));
    call.set_result(1, list.to_list().items.at(0));
  }
};

TEST(ops_call_back_into_the_program) {
  assembler::Program p = collatz();
  p.constants.add().u8(13).var(0);
  const Word f0 = p.constants.count - 1;
  assembler::Function f{"apply", {{"n", 0}}, 0, 1};
  f.emit({0, p.op("host::twice", ""), 2, constant(f0), reg(0), 1, 0}).emit({5, reg(0)});
  p.add(f);
  const auto program = build(p, {std::make_shared<CallbackLibrary>()});
  CHECK_EQUAL(program->function("apply")->call({Value(27)}).to_int(), 69);  // of 111
}

TEST(results_do_not_overwrite_arguments_that_are_still_read) {
  assembler::Program p;
  const Word kInt = p.type(kIntType);
  const Word kList = p.type(kListType, {kInt});
  assembler::Function f{"f", {{"l", kList}}, kInt, 2};
  f.emit({0, p.op("host::pair", ""), 1, last(0), 2, 0, 1}).emit({5, reg(1)});
  p.add(f);
  const auto program = build(p, {std::make_shared<CallbackLibrary>()});
  CHECK_EQUAL(program->function("f")->call({Value::list(nullptr, {Value(9)})}).to_int(), 9);
}

TEST(lists_all_missing_ops) {
  assembler::Program p;
  p.op("my::first", "");
  p.op("my::second", "out");
  std::string what;
  CHECK_EQUAL(check::error_code([&] { build(p); }, &what), static_cast<int>(ErrorCode::kMissingOps));
  CHECK(what.find("my::first") != std::string::npos && what.find("my::second.out") != std::string::npos);
}

TEST(a_long_chain_of_objects_is_destroyed) {
  Value chain;
  for (int i = 0; i < 300000; ++i) chain = Value::list(nullptr, {std::move(chain)});
  chain = Value();
  for (int i = 0; i < 300000; ++i) chain = Value::tuple({std::move(chain)});
}

}  // namespace

TEST_MAIN()
