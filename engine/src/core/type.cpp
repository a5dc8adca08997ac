// Types: construction, spelling, equality. What values have which type is in type_of.cpp.
#include "portfire/type.h"

#include <array>

#include "portfire/value.h"

namespace portfire {
namespace {

constexpr const char* kLeafNames[] = {"Tensor",   "int",    "float",  "complex",   "bool",        "str",
                                      "NoneType", "Scalar", "Device", "Generator", "Stream",      "Storage",
                                      "Capsule",  "Any",    "list",   "tuple",     "AnyEnumType", "AnyClassType"};
constexpr std::size_t kKinds = static_cast<std::size_t>(TypeKind::kVar) + 1;

std::shared_ptr<Type> make(TypeKind kind, std::vector<TypePtr> contained = {}, std::string name = {},
                           std::vector<std::string> fields = {}) {
  auto type = std::make_shared<Type>();
  type->kind = kind;
  type->contained = std::move(contained);
  type->name = std::move(name);
  type->fields = std::move(fields);
  return type;
}

std::array<TypePtr, kKinds> make_leaves() {
  std::array<TypePtr, kKinds> leaves;
  for (std::size_t i = 0; i < kKinds; ++i) {
    auto* leaf = new Type;  // for the life of the process: pointers to it are copied without being counted
    leaf->kind = static_cast<TypeKind>(i);
    leaves[i] = TypePtr(TypePtr(), leaf);
  }
  return leaves;
}

std::string join(const std::vector<TypePtr>& types) {
  std::string out;
  for (const TypePtr& t : types) out += (out.empty() ? "" : ", ") + t->str();
  return out;
}

}  // namespace

TypePtr Type::leaf(TypeKind kind) {
  static const std::array<TypePtr, kKinds> leaves = make_leaves();
  return leaves.at(static_cast<std::size_t>(kind));
}
TypePtr Type::list(TypePtr element) { return make(TypeKind::kList, {std::move(element)}); }
TypePtr Type::dict(TypePtr key, TypePtr value) { return make(TypeKind::kDict, {std::move(key), std::move(value)}); }
TypePtr Type::optional(TypePtr element) { return make(TypeKind::kOptional, {std::move(element)}); }
TypePtr Type::tuple(std::vector<TypePtr> elements, std::string name, std::vector<std::string> fields) {
  return make(TypeKind::kTuple, std::move(elements), std::move(name), std::move(fields));
}
TypePtr Type::union_of(std::vector<TypePtr> members) { return make(TypeKind::kUnion, std::move(members)); }
TypePtr Type::future(TypePtr element) { return make(TypeKind::kFuture, {std::move(element)}); }
TypePtr Type::nominal(TypeKind kind, std::string name) { return make(kind, {}, std::move(name)); }
TypePtr Type::enumeration(std::string name, TypePtr value, std::vector<std::string> fields,
                          std::shared_ptr<const std::vector<Value>> members) {
  auto type = make(TypeKind::kEnum, {std::move(value)}, std::move(name), std::move(fields));
  type->members = std::move(members);
  return type;
}
TypePtr Type::variable(std::string name) { return make(TypeKind::kVar, {}, std::move(name)); }

std::string Type::str() const {
  switch (kind) {
    case TypeKind::kList:
      return contained[0]->str() + "[]";
    case TypeKind::kOptional:
      return contained[0]->str() + "?";
    case TypeKind::kDict:
      return "Dict(" + join(contained) + ")";
    case TypeKind::kUnion:
      return "Union(" + join(contained) + ")";
    case TypeKind::kFuture:
      return "Future(" + join(contained) + ")";
    case TypeKind::kTuple:
      return name.empty() ? "(" + join(contained) + ")" : name;
    case TypeKind::kEnum:
      return "Enum<" + name + ">";
    case TypeKind::kClass:
    case TypeKind::kInterface:
    case TypeKind::kVar:
      return name;
    case TypeKind::kFunction:
      return "Function";
    default:
      return kLeafNames[static_cast<std::size_t>(kind)];
  }
}

bool Type::equals(const Type& other) const {
  if (this == &other) return true;
  if (kind != other.kind || name != other.name || contained.size() != other.contained.size()) return false;
  if (kind == TypeKind::kEnum) return true;
  for (std::size_t i = 0; i < contained.size(); ++i) {
    if (!contained[i]->equals(*other.contained[i])) return false;
  }
  return true;
}

}  // namespace portfire
