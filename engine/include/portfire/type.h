// The types of a program, as far as the engine needs them: to tag containers, to answer isinstance, to check arguments.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "portfire/export.h"

namespace portfire {

class Value;

// Numbers are those of the program format (docs/program-format.md).
enum class TypeKind : std::uint8_t {
  kTensor = 0,
  kInt = 1,
  kFloat = 2,
  kComplex = 3,
  kBool = 4,
  kStr = 5,
  kNone = 6,
  kNumber = 7,
  kDevice = 8,
  kGenerator = 9,
  kStream = 10,
  kStorage = 11,
  kCapsule = 12,
  kAny = 13,
  kAnyList = 14,
  kAnyTuple = 15,
  kAnyEnum = 16,
  kAnyClass = 17,
  kList = 18,
  kDict = 19,
  kOptional = 20,
  kUnion = 21,
  kTuple = 22,
  kFuture = 23,
  kClass = 24,
  kInterface = 25,
  kEnum = 26,
  kFunction = 27,
  kVar = 28,
};

class Type;
using TypePtr = std::shared_ptr<const Type>;

// Immutable. `name`: a class's, interface's, enum's or NamedTuple's qualified name, or a schema variable's. `fields`:
// the field names of a NamedTuple, or the member names of an enum; `members`: the values of an enum's members, in that
// order.
class PORTFIRE_EXPORT Type {
 public:
  TypeKind kind;
  std::vector<TypePtr> contained;
  std::string name;
  std::vector<std::string> fields;
  std::shared_ptr<const std::vector<Value>> members;

  static TypePtr leaf(TypeKind kind);  // one shared instance per kind
  static TypePtr list(TypePtr element);
  static TypePtr dict(TypePtr key, TypePtr value);
  static TypePtr optional(TypePtr element);
  static TypePtr tuple(std::vector<TypePtr> elements, std::string name = {}, std::vector<std::string> fields = {});
  static TypePtr union_of(std::vector<TypePtr> members);
  static TypePtr future(TypePtr element);
  static TypePtr nominal(TypeKind kind, std::string name);  // class, interface, enum: the identity is the name
  // `value`: the type of the members' values; `members` may be null where nobody asks for them.
  static TypePtr enumeration(std::string name, TypePtr value, std::vector<std::string> fields,
                             std::shared_ptr<const std::vector<Value>> members);
  static TypePtr variable(std::string name);

  // TorchScript's spelling: "Tensor", "int[]", "str?", "Dict(str, Tensor)", "(int, float)".
  std::string str() const;
  bool equals(const Type& other) const;
};

// The dynamic type of a value; containers know their element types.
PORTFIRE_EXPORT TypePtr type_of(const Value& value);
// Whether `value` may stand where `type` is expected (isinstance; argument checks). Deep for tuples, by tag for
// containers.
PORTFIRE_EXPORT bool value_is(const Value& value, const Type& type);

}  // namespace portfire
