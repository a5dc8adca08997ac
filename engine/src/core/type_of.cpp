// Which values have which type: isinstance, and the check of arguments.
#include <algorithm>

#include "core/nesting.h"
#include "portfire/future.h"
#include "portfire/object.h"
#include "portfire/type.h"
#include "portfire/value.h"

namespace portfire {
namespace {

TypePtr type_at(const Value& v, int depth);

TypePtr tuple_type(const TupleBox& t, int depth) {
  if (t.type) return t.type;
  std::vector<TypePtr> elements;
  for (const Value& item : t.items) elements.push_back(type_at(item, depth + 1));
  return Type::tuple(std::move(elements));
}

TypePtr or_any(const TypePtr& t) { return t ? t : Type::leaf(TypeKind::kAny); }

TypePtr type_at(const Value& v, int depth) {
  check_nesting(depth);
  switch (v.tag()) {
    case Tag::kNone:
      return Type::leaf(TypeKind::kNone);
    case Tag::kBool:
      return Type::leaf(TypeKind::kBool);
    case Tag::kInt:
      return Type::leaf(TypeKind::kInt);
    case Tag::kDouble:
      return Type::leaf(TypeKind::kFloat);
    case Tag::kComplex:
      return Type::leaf(TypeKind::kComplex);
    case Tag::kString:
      return Type::leaf(TypeKind::kStr);
    case Tag::kTensor:
      return Type::leaf(TypeKind::kTensor);
    case Tag::kList:
      return Type::list(or_any(v.to_list().element));
    case Tag::kDict:
      return Type::dict(or_any(v.to_dict().key), or_any(v.to_dict().value));
    case Tag::kTuple:
      return tuple_type(v.to_tuple(), depth);
    case Tag::kObject:
      return v.to_object().class_info().type();
    case Tag::kDevice:
      return Type::leaf(TypeKind::kDevice);
    case Tag::kEnum:
      return v.to_enum().type;
    case Tag::kFuture:
      return Type::future(or_any(v.to_future().element()));
    case Tag::kFunction:
      return Type::leaf(TypeKind::kFunction);
    case Tag::kOpaque:
      break;
  }
  return Type::leaf(TypeKind::kCapsule);
}

bool is_at(const Value& v, const Type& type, int depth);

bool list_is(const ListBox& list, const Type& type, int depth) {
  const Type& element = *type.contained[0];
  if (list.element) return list.element->equals(element);
  return std::all_of(list.items.begin(), list.items.end(),
                     [&](const Value& i) { return is_at(i, element, depth + 1); });
}

bool dict_is(const DictBox& dict, const Type& type, int depth) {
  const Type& key = *type.contained[0];
  const Type& value = *type.contained[1];
  if (key.kind == TypeKind::kAny && value.kind == TypeKind::kAny)
    return true;  // what asks for a dict, of whatever types
  if (dict.key && dict.value) return dict.key->equals(key) && dict.value->equals(value);
  return std::all_of(dict.entries().begin(), dict.entries().end(), [&](const DictBox::Entry& e) {
    return !e.live || (is_at(e.key, key, depth + 1) && is_at(e.value, value, depth + 1));
  });
}

bool tuple_is(const TupleBox& tuple, const Type& type, int depth) {
  if (tuple.items.size() != type.contained.size()) return false;
  if (!type.name.empty() && tuple.type && !tuple.type->name.empty() && tuple.type->name != type.name) return false;
  for (std::size_t i = 0; i < tuple.items.size(); ++i) {
    if (!is_at(tuple.items[i], *type.contained[i], depth + 1)) return false;
  }
  return true;
}

bool object_is(const Object& object, const Type& type) {
  const ClassInfo& cls = object.class_info();
  return cls.name() == type.name || std::find(cls.bases().begin(), cls.bases().end(), type.name) != cls.bases().end();
}

bool is_at(const Value& v, const Type& type, int depth) {
  check_nesting(depth);
  switch (type.kind) {
    case TypeKind::kTensor:
      return v.is_tensor();
    case TypeKind::kInt:
      return v.is_int();
    case TypeKind::kFloat:
      return v.is_double();
    case TypeKind::kComplex:
      return v.is_complex();
    case TypeKind::kBool:
      return v.is_bool();
    case TypeKind::kStr:
      return v.is_string();
    case TypeKind::kNone:
      return v.is_none();
    case TypeKind::kNumber:
      return v.is_number();
    case TypeKind::kDevice:
      return v.tag() == Tag::kDevice;
    case TypeKind::kGenerator:
    case TypeKind::kStream:
    case TypeKind::kStorage:
    case TypeKind::kCapsule:
      return v.tag() == Tag::kOpaque;
    case TypeKind::kAny:
    case TypeKind::kVar:
      return true;
    case TypeKind::kAnyList:
      return v.is_list();
    case TypeKind::kAnyTuple:
      return v.is_tuple();
    case TypeKind::kAnyEnum:
      return v.tag() == Tag::kEnum;
    case TypeKind::kAnyClass:
    case TypeKind::kInterface:  // the compiler has checked the methods
      return v.is_object();
    case TypeKind::kList:
      return v.is_list() && list_is(v.to_list(), type, depth);
    case TypeKind::kDict:
      return v.is_dict() && dict_is(v.to_dict(), type, depth);
    case TypeKind::kOptional:
      return v.is_none() || is_at(v, *type.contained[0], depth + 1);
    case TypeKind::kUnion:
      return std::any_of(type.contained.begin(), type.contained.end(),
                         [&](const TypePtr& t) { return is_at(v, *t, depth + 1); });
    case TypeKind::kTuple:
      return v.is_tuple() && tuple_is(v.to_tuple(), type, depth);
    case TypeKind::kFuture:
      return v.tag() == Tag::kFuture;
    case TypeKind::kClass:
      return v.is_object() && object_is(v.to_object(), type);
    case TypeKind::kEnum:
      return v.tag() == Tag::kEnum && v.to_enum().type->name == type.name;
    case TypeKind::kFunction:
      return v.tag() == Tag::kFunction;
  }
  return false;
}

}  // namespace

TypePtr type_of(const Value& value) { return type_at(value, 0); }
bool value_is(const Value& value, const Type& type) { return is_at(value, type, 0); }

}  // namespace portfire
