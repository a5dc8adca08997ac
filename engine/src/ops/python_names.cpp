// See python_names.h.
#include "ops/python_names.h"

#include "portfire/object.h"

namespace portfire::ops {
namespace {

std::string last_component(const std::string& qualified) { return qualified.substr(qualified.rfind('.') + 1); }

}  // namespace

std::string python_type_name(const Value& v) {
  switch (v.tag()) {
    case Tag::kNone:
      return "NoneType";
    case Tag::kBool:
      return "bool";
    case Tag::kInt:
      return "int";
    case Tag::kDouble:
      return "float";
    case Tag::kComplex:
      return "complex";
    case Tag::kString:
      return "str";
    case Tag::kTensor:
      return "Tensor";
    case Tag::kList:
      return "list";
    case Tag::kDict:
      return "dict";
    case Tag::kTuple:
      return "tuple";
    case Tag::kObject:
      return last_component(v.to_object().class_name());
    case Tag::kDevice:
      return "torch.device";
    case Tag::kEnum:
      return last_component(v.to_enum().type->name);
    case Tag::kFuture:
      return "Future";
    case Tag::kFunction:
      return "function";
    case Tag::kOpaque:
      break;
  }
  return "object";
}

}  // namespace portfire::ops
