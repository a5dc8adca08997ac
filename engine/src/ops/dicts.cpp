// Dicts, in insertion order. One function per op serves every key type; the schemas name them one by one as TorchScript
// does.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"

namespace portfire::ops {
namespace {

std::int64_t length(DictBox& dict) { return static_cast<std::int64_t>(dict.size()); }

const Value& get_item(DictBox& dict, const Value& key) {
  const Value* found = dict.find(key);
  if (found == nullptr) [[unlikely]]
    raise_key_error(key);
  return *found;
}

void set_item(DictBox& dict, Value key, Value value) { dict.set(std::move(key), std::move(value)); }

void delete_item(DictBox& dict, const Value& key) {
  if (!dict.erase(key)) raise_key_error(key);
}

bool contains(DictBox& dict, const Value& key) { return dict.find(key) != nullptr; }

Value get(DictBox& dict, const Value& key) {
  const Value* found = dict.find(key);
  return found ? *found : Value();
}

Value get_or(DictBox& dict, const Value& key, const Value& otherwise) {
  const Value* found = dict.find(key);
  return found ? *found : otherwise;
}

Value set_default(DictBox& dict, Value key, Value value) {
  if (const Value* found = dict.find(key)) return *found;
  dict.set(std::move(key), value);
  return value;
}

Value pop(DictBox& dict, const Value& key) {
  Value taken = get_item(dict, key);
  dict.erase(key);
  return taken;
}

Value pop_or(DictBox& dict, const Value& key, const Value& otherwise) {
  return dict.find(key) ? pop(dict, key) : otherwise;
}

TypePtr item_type(const DictBox& dict) { return Type::tuple({dict.key, dict.value}); }

Value pop_item(DictBox& dict) {
  const auto& entries = dict.entries();
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (!entries[i].live) continue;
    Value item = Value::tuple(item_type(dict), {entries[i].key, entries[i].value});
    dict.erase(Value(entries[i].key));  // a copy: erasing may move the entries
    return item;
  }
  raise_key_error(Value("popitem(): dictionary is empty"));
}

// A list of what `part` makes of every live entry.
template <typename F>
Value list_of(const DictBox& dict, TypePtr element, F part) {
  std::vector<Value> items;
  items.reserve(dict.size());
  for (const DictBox::Entry& e : dict.entries()) {
    if (e.live) items.push_back(part(e));
  }
  return Value::list(std::move(element), std::move(items));
}

Value keys(DictBox& dict) {
  return list_of(dict, dict.key, [](const DictBox::Entry& e) { return e.key; });
}

Value values(DictBox& dict) {
  return list_of(dict, dict.value, [](const DictBox::Entry& e) { return e.value; });
}

Value items(DictBox& dict) {
  return list_of(dict, item_type(dict), [](const DictBox::Entry& e) {
    auto item = make_box<TupleBox>(TypePtr(), 2);
    item->items[0] = e.key;
    item->items[1] = e.value;
    return Value(Tag::kTuple, std::move(item));
  });
}

void update(DictBox& dict, DictBox& other) {
  if (&dict == &other) return;
  for (const DictBox::Entry& e : other.entries()) {
    if (e.live) dict.set(e.key, e.value);
  }
}

Value copy(DictBox& dict) {
  Value result = Value::dict(dict.key, dict.value);
  update(result.to_dict(), dict);
  return result;
}

Value from_pairs(ListBox& pairs) {
  const bool typed = pairs.element && pairs.element->kind == TypeKind::kTuple && pairs.element->contained.size() == 2;
  const TypePtr any = Type::leaf(TypeKind::kAny);
  Value result = Value::dict(typed ? pairs.element->contained[0] : any, typed ? pairs.element->contained[1] : any);
  for (const Value& pair : pairs.items) {
    const ValueArray& items = pair.to_tuple().items;
    if (items.size() != 2) raise_value_error("dictionary update sequence element is not a pair");
    result.to_dict().set(items[0], items[1]);
  }
  return result;
}

Value empty_dict() { return Value::dict(Type::leaf(TypeKind::kStr), Type::leaf(TypeKind::kTensor)); }

// The rows of one op for all six key types. K is TorchScript's spelling of the key type.
// The last row of each is for the keys that only portfire has: tuples.
#define PER_KEY(ROW) ROW("str"), ROW("int"), ROW("bool"), ROW("float"), ROW("complex"), ROW("Tensor"), ROW("tKey")
#define LEN(K) {"aten::len.Dict_" K "(Dict(" K ", t) self) -> int", op<length>}
#define GET_ITEM(K) {"aten::__getitem__.Dict_" K "(Dict(" K ", t) self, " K " key) -> t(*)", op<get_item>}
#define SET_ITEM(K) {"aten::_set_item." K "(Dict(" K ", t)(a!) l, " K "(b -> *) idx, t(c -> *) v) -> ()", op<set_item>}
#define DELETE(K) {"aten::Delete.Dict_" K "(Dict(" K ", t)(a!) self, " K " key) -> ()", op<delete_item>}
#define CONTAINS(K) {"aten::__contains__." K "(Dict(" K ", t) dict, " K " key) -> bool", op<contains>}
#define GET(K) {"aten::get." K "(Dict(" K ", t) self, " K " key) -> t(*)?", op<get>}
#define GET_OR(K) {"aten::get.default_" K "(Dict(" K ", t) self, " K " key, t default_value) -> t(*)", op<get_or>}
#define SET_DEFAULT(K)                                                                                    \
  {"aten::setdefault." K "(Dict(" K ", t)(a!) self, " K "(b -> *) key, t(c -> *) default_value) -> t(*)", \
   op<set_default>}
#define POP(K) {"aten::pop.Dict_" K "(Dict(" K ", t)(a!) self, " K " key) -> t(*)", op<pop>}
#define POP_OR(K) \
  {"aten::pop.Dict_default_" K "(Dict(" K ", t)(a!) self, " K " key, t default_value) -> t(*)", op<pop_or>}
#define POP_ITEM(K) {"aten::popitem." K "(Dict(" K ", t)(a!) self) -> ((" K ", t))", op<pop_item>}
#define CLEAR(K) {"aten::clear." K "(Dict(" K ", t)(a!) self) -> ()", op<[](DictBox& dict) { dict.clear(); }>}
#define KEYS(K) {"aten::keys." K "(Dict(" K ", t) self) -> " K "[](*)", op<keys>}
#define VALUES(K) {"aten::values." K "(Dict(" K ", t) self) -> t[](*)", op<values>}
#define ITEMS(K) {"aten::items." K "(Dict(" K ", t) self) -> ((" K ", t)[])", op<items>}
#define UPDATE(K) {"aten::update." K "(Dict(" K ", t)(a!) self, Dict(" K ", t)(a!) to_add) -> ()", op<update>}
#define COPY(K) {"aten::copy.Dict_" K "(Dict(" K ", t)(a) self) -> Dict(" K ", t)", op<copy>}
#define DICT_OF_PAIRS(K) {"aten::dict." K "((" K ", tVal)[] inputs) -> Dict(" K ", tVal)", op<from_pairs>}
#define DICT_OF_DICT(K) {"aten::dict.Dict_" K "(Dict(" K ", t)(a) self) -> Dict(" K ", t)", op<copy>}

constexpr OpEntry kOps[] = {
    PER_KEY(LEN),          PER_KEY(GET_ITEM),
    PER_KEY(SET_ITEM),     PER_KEY(DELETE),
    PER_KEY(CONTAINS),     PER_KEY(GET),
    PER_KEY(GET_OR),       PER_KEY(SET_DEFAULT),
    PER_KEY(POP),          PER_KEY(POP_OR),
    PER_KEY(POP_ITEM),     PER_KEY(CLEAR),
    PER_KEY(KEYS),         PER_KEY(VALUES),
    PER_KEY(ITEMS),        PER_KEY(UPDATE),
    PER_KEY(COPY),         PER_KEY(DICT_OF_PAIRS),
    PER_KEY(DICT_OF_DICT), {"aten::dict() -> Dict(str, Tensor)", op<empty_dict>},
};

}  // namespace

std::span<const OpEntry> dict_ops() { return kOps; }

}  // namespace portfire::ops
