// The engine's ops one by one, called as the instruction loop calls them. The same over many values, with Python as the
// oracle, is in tests/engine; here is what must hold without Python.
#include <cmath>
#include <limits>
#include <set>

#include "check.h"
#include "portfire/op.h"

using portfire::Tag;
using portfire::Type;
using portfire::TypeKind;
using portfire::Value;

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min(), kMax = std::numeric_limits<std::int64_t>::max();

portfire::OpFunction find(std::string_view full_name) {
  for (const portfire::OpEntry& row : portfire::engine_ops()) {
    const std::string_view schema = row.schema;
    if (schema.substr(0, schema.find('(')) == full_name) return row.function;
  }
  throw std::runtime_error("no op " + std::string(full_name));
}

// Runs an op on registers; its results follow the arguments there.
std::vector<Value> run(std::string_view op, std::vector<Value> registers, std::size_t results) {
  const auto count = static_cast<std::uint32_t>(registers.size());
  std::vector<portfire::Operand> in;
  for (std::uint32_t i = 0; i < count; ++i) in.push_back({i << 2U});
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < results; ++i) out.push_back(count + i);
  registers.resize(count + results);
  portfire::Call call(registers.data(), nullptr, in, out, nullptr);
  find(op)(call);
  return registers;
}

std::string result(std::string_view op, std::vector<Value> arguments) {
  return portfire::value_repr(run(op, std::move(arguments), 1).back());
}

// "ZeroDivisionError: division by zero"
std::string error(std::string_view op, std::vector<Value> arguments) {
  try {
    run(op, std::move(arguments), 1);
  } catch (const portfire::Error& e) {
    return e.exception_class() + ": " + e.message();
  }
  return "no error";
}

Value ints(std::initializer_list<std::int64_t> numbers) {
  return Value::list(Type::leaf(TypeKind::kInt), std::vector<Value>(numbers.begin(), numbers.end()));
}

Value text(const char* utf8) { return Value(utf8); }

TEST(every_schema_once) {
  std::set<std::string_view> names;
  for (const portfire::OpEntry& row : portfire::engine_ops()) {
    const std::string_view schema = row.schema;
    CHECK(names.insert(schema.substr(0, schema.find('('))).second);
    CHECK(schema.find(") -> ") != std::string_view::npos);
  }
  CHECK(names.size() > 600);
}

TEST(int_arithmetic_is_checked) {
  CHECK_EQUAL(result("aten::floordiv.int", {-7, 2}), "-4");
  CHECK_EQUAL(result("aten::remainder.int", {-7, 2}), "1");
  CHECK_EQUAL(result("aten::remainder.int", {7, -2}), "-1");
  CHECK_EQUAL(result("aten::remainder.int", {kMin, -1}), "0");
  CHECK_EQUAL(result("aten::div.int", {kMax, kMax - 1}), "1.0");
  CHECK_EQUAL(result("aten::__lshift__.int", {-1, 63}), "-9223372036854775808");
  CHECK_EQUAL(error("aten::floordiv.int", {1, 0}), "ZeroDivisionError: integer division or modulo by zero");
  for (const char* op : {"aten::add.int", "aten::mul.int", "aten::__lshift__.int"}) {
    CHECK_EQUAL(error(op, {kMax, 2}), "OverflowError: integer overflow: the result does not fit in 64 bits");
  }
  for (const char* op : {"aten::floordiv.int", "aten::mul.int"})
    CHECK(error(op, {kMin, -1}).starts_with("OverflowError"));
  CHECK(error("aten::neg.int", {kMin}).starts_with("OverflowError"));
}

TEST(ranges) {
  CHECK_EQUAL(result("aten::__range_length", {0, 10, 3}), "4");
  CHECK_EQUAL(result("aten::__range_length", {10, 0, -3}), "4");
  CHECK_EQUAL(result("aten::__range_length", {0, -1, 1}), "0");
  CHECK_EQUAL(result("aten::__range_length", {kMin, kMax, kMax}), "3");
  CHECK_EQUAL(error("aten::__range_length", {0, 1, 0}), "ValueError: range() arg 3 must not be zero");
  CHECK_EQUAL(result("aten::__derive_index", {2, 10, -3}), "4");
}

TEST(ints_and_floats_compare_exactly) {
  constexpr std::int64_t kOdd = (std::int64_t{1} << 53) + 1;
  CHECK_EQUAL(result("aten::eq.int_float", {kOdd, 0x1p53}), "False");
  CHECK_EQUAL(result("aten::gt.int_float", {kOdd, 0x1p53}), "True");
  CHECK_EQUAL(result("aten::lt.int_float", {kMax, 0x1p63}), "True");
  CHECK_EQUAL(result("aten::ge.float_int", {std::nan(""), 0}), "False");
  CHECK_EQUAL(result("aten::le", {Value(true), 1.5}), "True");
}

TEST(float_errors_are_pythons) {
  CHECK_EQUAL(error("aten::sqrt.float", {-1.0}), "ValueError: math domain error");
  CHECK_EQUAL(error("aten::exp.float", {1000.0}), "OverflowError: math range error");
  CHECK_EQUAL(error("aten::Int.float", {std::nan("")}), "ValueError: cannot convert float NaN to integer");
  CHECK_EQUAL(error("aten::div.float", {1.0, 0.0}), "ZeroDivisionError: float division by zero");
  CHECK_EQUAL(result("aten::round.float", {2.5}), "2.0");
  CHECK_EQUAL(result("aten::floordiv.float", {-7.5, 2.0}), "-4.0");
}

TEST(lists) {
  CHECK_EQUAL(result("aten::__getitem__.t", {ints({1, 2, 3}), -1}), "3");
  CHECK_EQUAL(error("aten::__getitem__.t", {ints({1}), 1}), "IndexError: list index out of range");
  CHECK_EQUAL(error("aten::_set_item.t", {ints({1}), kMin, 0}), "IndexError: list assignment index out of range");
  CHECK_EQUAL(error("aten::pop.t", {ints({}), -1}), "IndexError: pop from empty list");
  CHECK_EQUAL(result("aten::slice.t", {ints({1, 2, 3, 4}), Value(), Value(), -1}), "[4, 3, 2, 1]");
  CHECK_EQUAL(result("aten::slice.t", {ints({1, 2, 3, 4}), kMin, kMax, kMax}), "[1]");
  CHECK_EQUAL(result("aten::sorted.int", {ints({3, 1, 2})}), "[1, 2, 3]");
  CHECK_EQUAL(error("prim::max.self_int", {ints({})}), "ValueError: max() arg is an empty sequence");

  const Value list = ints({1, 2});
  run("aten::extend.t", {list, list}, 0);
  CHECK_EQUAL(portfire::value_repr(list), "[1, 2, 1, 2]");
  const std::vector<Value> after = run("aten::append.t", {list, 5}, 1);
  CHECK(after[2].is_same(list));
}

TEST(sorting_that_fails_leaves_the_list_whole) {
  const Value list = Value::list(Type::leaf(TypeKind::kAny), {3, Value("a"), 1});
  CHECK_EQUAL(error("aten::sort.any", {list, false}),
              "TypeError: '<' not supported between instances of 'str' and 'int'");
  CHECK_EQUAL(portfire::value_repr(list), "[3, 'a', 1]");
}

TEST(dicts_keep_their_order) {
  const Value dict = Value::dict(Type::leaf(TypeKind::kStr), Type::leaf(TypeKind::kInt));
  for (const char* key : {"b", "a", "c"}) run("aten::_set_item.str", {dict, text(key), 1}, 0);
  run("aten::Delete.Dict_str", {dict, text("a")}, 0);
  run("aten::_set_item.str", {dict, text("a"), 2}, 0);
  CHECK_EQUAL(result("aten::keys.str", {dict}), "['b', 'c', 'a']");
  CHECK_EQUAL(result("aten::items.str", {dict}), "[('b', 1), ('c', 1), ('a', 2)]");
  CHECK_EQUAL(result("aten::popitem.str", {dict}), "('a', 2)");
  CHECK_EQUAL(error("aten::__getitem__.Dict_str", {dict, text("o'x")}), "KeyError: \"o'x\"");
  CHECK_EQUAL(result("aten::get.str", {dict, text("q")}), "None");
}

TEST(strings_are_code_points) {
  CHECK_EQUAL(result("aten::len.str", {text("日本語")}), "3");
  CHECK_EQUAL(result("aten::__getitem__.str", {text("日本語"), -1}), "'語'");
  CHECK_EQUAL(result("aten::slice.str", {text("aéz"), Value(), Value(), -1}), "'zéa'");
  CHECK_EQUAL(result("aten::find", {text("éé!"), text("!"), 0, -1}), "2");
  CHECK_EQUAL(result("aten::upper", {text("straße")}), "'STRASSE'");
  CHECK_EQUAL(result("aten::lower", {text("ΟΔΟΣ")}), "'οδος'");
  CHECK_EQUAL(result("aten::split.str", {text(" a  b "), Value(), -1}), "['a', 'b']");
  CHECK_EQUAL(result("aten::strip", {text("\r\n x \xe3\x80\x80"), text(" \n\t\f\v")}), "'x'");
}

TEST(broken_utf8_is_carried_along) {
  const Value broken = text("a\xff\xe3\x81");
  CHECK_EQUAL(result("aten::len.str", {broken}), "4");
  CHECK_EQUAL(run("aten::add.str", {broken, text("b")}, 1).back().to_string(), std::string("a\xff\xe3\x81"
                                                                                           "b"));
}

TEST(formatting) {
  CHECK_EQUAL(result("aten::format", {text("{:>8,.2f}|{:#06x}"), 1234.5, 255}), "'1,234.50|0x00ff'");
  CHECK_EQUAL(result("aten::format", {text("{0:{1}}"), text("é"), text("*^5")}), "'**é**'");
  CHECK_EQUAL(error("aten::format", {text("{}")}),
              "IndexError: Replacement index 0 out of range for positional args tuple");
  CHECK_EQUAL(result("aten::percentFormat", {text("%05.1f%%"), 2.25}), "'002.2%'");
  CHECK_EQUAL(error("aten::percentFormat", {text("%d"), text("x")}),
              "TypeError: %d format: a real number is required, not str");
}

TEST(what_no_memory_holds_is_an_error) {
  CHECK_EQUAL(error("aten::mul.left_t", {ints({1, 2}), kMax}), "MemoryError: ");
  CHECK_EQUAL(error("aten::ljust", {text("x"), kMax, text("é")}), "MemoryError: ");
  CHECK_EQUAL(error("aten::format", {text("{:9000000000000000000}"), 1}), "MemoryError: ");
}

TEST(numbers_from_text) {
  CHECK_EQUAL(result("aten::Int.str", {text(" -1_000 ")}), "-1000");
  CHECK_EQUAL(error("aten::Int.str", {text("1.5")}), "ValueError: invalid literal for int() with base 10: '1.5'");
  CHECK(error("aten::Int.str", {text("9223372036854775808")}).starts_with("OverflowError"));
  CHECK_EQUAL(result("aten::Float.str", {text("1e400")}), "inf");
  CHECK_EQUAL(result("aten::Float.str", {text("-.5")}), "-0.5");
}

TEST(wrong_types_are_errors) {
  CHECK_ERROR(kType, run("aten::add.int", {1, text("x")}, 1));
  CHECK_ERROR(kType, run("aten::len.t", {Value()}, 1));
  CHECK_ERROR(kType, run("aten::join", {text(","), ints({1})}, 1));
  CHECK_ERROR(kType, run("aten::size", {Value()}, 1));
}

}  // namespace

TEST_MAIN()
