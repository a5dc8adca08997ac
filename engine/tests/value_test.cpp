// Values: Python's text, hash and equality; dicts; types.
#include "portfire/value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "check.h"
#include "portfire/op.h"

using portfire::Type;
using portfire::TypeKind;
using portfire::Value;
using portfire::value_repr;
using portfire::value_str;
using portfire::values_equal;

namespace {

TEST(floats_read_as_python_writes_them) {
  const std::pair<double, const char*> cases[] = {{0.1, "0.1"},
                                                  {1.0, "1.0"},
                                                  {-0.0, "-0.0"},
                                                  {1e16, "1e+16"},
                                                  {1e15, "1000000000000000.0"},
                                                  {123456789012345680.0, "1.2345678901234568e+17"},
                                                  {1e-4, "0.0001"},
                                                  {1e-5, "1e-05"},
                                                  {5e-324, "5e-324"},
                                                  {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                  {2.5, "2.5"},
                                                  {1e22, "1e+22"},
                                                  {100.0, "100.0"},
                                                  {0.30000000000000004, "0.30000000000000004"},
                                                  {std::numeric_limits<double>::infinity(), "inf"},
                                                  {std::nan(""), "nan"}};
  for (const auto& [number, text] : cases) CHECK_EQUAL(value_repr(Value(number)), std::string(text));
}

TEST(strings_are_quoted_as_in_python) {
  CHECK_EQUAL(value_repr(Value("it's")), std::string("\"it's\""));
  CHECK_EQUAL(value_repr(Value("a\"b'c")), std::string("'a\"b\\'c'"));
  CHECK_EQUAL(value_repr(Value("tab\t nl\n \x01 \x7f \\")), std::string("'tab\\t nl\\n \\x01 \\x7f \\\\'"));
  CHECK_EQUAL(value_repr(Value("\xc3\xa9\xc2\xa0")), std::string("'\xc3\xa9\\xa0'"));
  CHECK_EQUAL(value_str(Value("it's")), std::string("it's"));
}

TEST(containers_have_python_text) {
  Value dict = Value::dict(Type::leaf(TypeKind::kStr), Type::leaf(TypeKind::kInt));
  dict.to_dict().set(Value("b"), Value(1));
  dict.to_dict().set(Value("a"), Value());
  CHECK_EQUAL(value_repr(dict), std::string("{'b': 1, 'a': None}"));
  CHECK_EQUAL(value_repr(Value::tuple({Value(1)})), std::string("(1,)"));
  CHECK_EQUAL(value_repr(Value::tuple({})), std::string("()"));
  CHECK_EQUAL(value_repr(Value::list(nullptr, {Value(true), Value(2.0)})), std::string("[True, 2.0]"));
  CHECK_EQUAL(value_repr(Value(std::complex<double>(1, -2.5))), std::string("(1-2.5j)"));
  CHECK_EQUAL(value_repr(Value(std::complex<double>(0, 1))), std::string("1j"));
  CHECK_EQUAL(value_repr(Value(portfire::Device{"cuda", 1})), std::string("device(type='cuda', index=1)"));
  CHECK_EQUAL(value_str(Value(portfire::Device{"cuda", 1})), std::string("cuda:1"));
  const auto point = Type::tuple({Type::leaf(TypeKind::kInt)}, "pkg.Point", {"x"});
  CHECK_EQUAL(value_repr(Value::tuple(point, {Value(3)})), std::string("Point(x=3)"));
}

TEST(equality_crosses_number_types) {
  CHECK(values_equal(Value(1), Value(1.0)) && values_equal(Value(true), Value(1)));
  CHECK(!values_equal(Value(std::int64_t{9007199254740993}), Value(9007199254740992.0)));
  CHECK(!values_equal(Value(std::nan("")), Value(std::nan(""))));
  CHECK(values_equal(Value(std::complex<double>(2, 0)), Value(2)));
  CHECK(!values_equal(Value(), Value(0)) && !values_equal(Value("1"), Value(1)));
  CHECK(values_equal(Value::tuple({Value(1), Value("a")}), Value::tuple({Value(1.0), Value("a")})));
  CHECK(!values_equal(Value::list(nullptr, {}), Value::tuple({})));
  const portfire::KeyHash hash;
  CHECK(hash(Value(1)) == hash(Value(1.0)) && hash(Value(1)) == hash(Value(true)));
  CHECK_ERROR(kType, hash(Value::list(nullptr, {})));
}

TEST(dicts_keep_insertion_order) {
  Value v = Value::dict(nullptr, nullptr);
  portfire::DictBox& dict = v.to_dict();
  for (int i = 0; i < 100; ++i) dict.set(Value(i), Value(i * i));
  for (int i = 0; i < 100; ++i) {
    if (i % 10 != 3) CHECK(dict.erase(Value(i)));
  }
  CHECK(!dict.erase(Value(1000)));
  dict.set(Value(13.0), Value("same key"));
  dict.set(Value(0), Value("last"));
  CHECK_EQUAL(dict.size(), std::size_t{11});
  CHECK_EQUAL(value_str(*dict.find(Value(13))), std::string("same key"));
  CHECK_EQUAL(value_str(*dict.find(Value(93))), std::string("8649"));
  std::string keys;
  for (const auto& entry : dict.entries()) {
    if (entry.live) keys += value_str(entry.key) + " ";
  }
  CHECK_EQUAL(keys, std::string("3 13 23 33 43 53 63 73 83 93 0 "));
  dict.clear();
  CHECK_EQUAL(dict.size(), std::size_t{0});
}

// Against a plain list of pairs: inserted, replaced, erased and looked up in an order that leaves holes of all kinds.
TEST(dicts_find_what_was_put_in_after_any_changes) {
  portfire::DictBox dict(nullptr, nullptr);
  std::vector<std::pair<std::int64_t, std::int64_t>> expected;
  std::uint64_t state = 1;
  for (std::int64_t step = 0; step < 20000; ++step) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto key = static_cast<std::int64_t>((state >> 33U) % (step < 10000 ? 300 : 20));
    const auto at = std::find_if(expected.begin(), expected.end(), [&](const auto& e) { return e.first == key; });
    if ((state >> 60U) < 6) {
      CHECK_EQUAL(dict.erase(Value(key)), at != expected.end());
      if (at != expected.end()) expected.erase(at);
    } else {
      dict.set(Value(key), Value(step));
      if (at != expected.end()) {
        at->second = step;
      } else {
        expected.emplace_back(key, step);
      }
    }
    CHECK_EQUAL(dict.size(), expected.size());
    const Value* found = dict.find(Value(key));
    CHECK_EQUAL(found != nullptr, (state >> 60U) >= 6);
    if (found) CHECK_EQUAL(found->to_int(), step);
  }
  std::size_t i = 0;
  for (const auto& entry : dict.entries()) {
    if (!entry.live) continue;
    CHECK_EQUAL(entry.key.to_int(), expected[i].first);
    CHECK_EQUAL(entry.value.to_int(), expected[i++].second);
  }
  CHECK_EQUAL(i, expected.size());
}

TEST(keys_of_all_kinds_are_found_again) {
  portfire::DictBox dict(nullptr, nullptr);
  for (std::int64_t i = 0; i < 50; ++i) {
    dict.set(Value("key" + std::to_string(i)), Value(i));
    dict.set(Value::tuple({Value(i), Value("x")}), Value(i));
    dict.set(Value(static_cast<double>(i) + 0.5), Value(i));
  }
  for (std::int64_t i = 0; i < 50; ++i) {
    CHECK_EQUAL(dict.find(Value("key" + std::to_string(i)))->to_int(), i);
    CHECK_EQUAL(dict.find(Value::tuple({Value(static_cast<double>(i)), Value("x")}))->to_int(), i);
    CHECK_EQUAL(dict.find(Value(static_cast<double>(i) + 0.5))->to_int(), i);
  }
  CHECK(dict.find(Value("key50")) == nullptr && dict.find(Value()) == nullptr);
  CHECK_ERROR(kType, dict.find(Value::list(nullptr, {})));
}

TEST(short_strings_are_shared_and_others_know_what_they_are) {
  CHECK(Value("a").is_same(Value(std::string("a"))) && Value("").is_same(Value(std::string())));
  CHECK(!Value("ab").is_same(Value("ab")) && !Value("\xc3\xa9").is_same(Value("\xc3\xa9")));
  CHECK(Value("plain text").string_box().is_ascii() && !Value("caf\xc3\xa9").string_box().is_ascii());
  CHECK_EQUAL(Value("one text").string_box().hash(), Value("one text").string_box().hash());
}

TEST(boxes_may_be_dropped_by_other_threads) {
  for (int round = 0; round < 20; ++round) {
    std::vector<Value> made;
    for (int i = 0; i < 5000; ++i) made.push_back(Value::tuple({Value(i), Value("text " + std::to_string(i))}));
    std::thread other([values = std::move(made)]() mutable {
      for (int i = 0; i < 5000; ++i) CHECK_EQUAL(values[static_cast<std::size_t>(i)].to_tuple().items[0].to_int(), i);
      values.clear();
    });
    other.join();
  }
}

TEST(tuples_of_any_size_hold_their_items) {
  for (std::int64_t size = 0; size < 10; ++size) {
    std::vector<Value> items;
    for (std::int64_t i = 0; i < size; ++i) items.push_back(Value::list(nullptr, {Value(i)}));
    const Value tuple = Value::tuple(std::move(items));
    CHECK_EQUAL(tuple.to_tuple().items.size(), static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) {
      CHECK_EQUAL(tuple.to_tuple().items[static_cast<std::size_t>(i)].to_list().items[0].to_int(), i);
    }
  }
}

TEST(values_that_contain_themselves_end_in_an_error) {
  Value list = Value::list(nullptr, {});
  list.to_list().items.push_back(list);
  CHECK_ERROR(kLimit, value_repr(list));
  CHECK_ERROR(kLimit, values_equal(list, Value::list(nullptr, {list})));
  list.to_list().items.clear();
}

TEST(a_value_may_be_assigned_from_inside_itself) {
  Value v = Value::list(nullptr, {Value::list(nullptr, {Value("deep")})});
  v = std::move(v.to_list().items[0]);
  v = std::move(v.to_list().items[0]);
  CHECK_EQUAL(value_str(v), std::string("deep"));
}

TEST(types_are_spelled_as_in_schemas) {
  const auto tensor = Type::leaf(TypeKind::kTensor);
  const auto number = Type::leaf(TypeKind::kInt);
  CHECK_EQUAL(Type::list(Type::optional(tensor))->str(), std::string("Tensor?[]"));
  CHECK_EQUAL(Type::dict(number, Type::tuple({tensor, number}))->str(), std::string("Dict(int, (Tensor, int))"));
  CHECK_EQUAL(Type::union_of({number, tensor})->str(), std::string("Union(int, Tensor)"));
  CHECK(portfire::value_is(Value(1), *Type::optional(number)) && portfire::value_is(Value(), *Type::optional(number)));
  CHECK(!portfire::value_is(Value(true), *number) && portfire::value_is(Value(true), *Type::leaf(TypeKind::kNumber)));
  const Value ints = Value::list(number, {});
  CHECK(portfire::value_is(ints, *Type::list(number)) && !portfire::value_is(ints, *Type::list(tensor)));
}

TEST(wrong_tags_are_errors) {
  CHECK_ERROR(kType, Value(1).to_string());
  CHECK_ERROR(kType, Value("x").to_int());
  CHECK_ERROR(kType, Value().to_list());
}

TEST(schema_names_are_split) {
  const auto [name, overload] = portfire::split_schema_name("aten::add.int(int a, int b) -> int");
  CHECK_EQUAL(std::string(name), std::string("aten::add"));
  CHECK_EQUAL(std::string(overload), std::string("int"));
  CHECK(portfire::split_schema_name("aten::__not__(bool self) -> bool").second.empty());
}

}  // namespace

TEST_MAIN()
