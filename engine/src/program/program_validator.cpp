#include "program/program_validator.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>

#include "core/utf8.h"
#include "portfire/error.h"
#include "portfire/object.h"
#include "portfire/tensor.h"
#include "portfire/type.h"

namespace portfire {

void reject_program(const std::string& where, const std::string& reason) {
  throw Error(ErrorCode::kInvalidProgram, "invalid program: " + where + ": " + reason);
}

namespace {

constexpr std::uint64_t kMaxTypeSize = 10000;  // nodes of a type written out in full
constexpr std::uint32_t kMaxTypeDepth = 64;

class Validator {
 public:
  Validator(const ProgramImage& image, bool in_memory, std::size_t host_tensors)
      : image_(image), in_memory_(in_memory), host_tensors_(host_tensors) {}

  void run() {
    strings();
    types();
    ops();
    tensors();
    constants();
    classes();
    functions();
    sources();
    objects();
    texts();
  }

 private:
  static std::string at(const char* what, std::size_t i) { return std::string(what) + " " + std::to_string(i); }

  void index(Index i, std::size_t size, const std::string& where, const char* what) const {
    if (i >= size) reject_program(where, std::string("there is no ") + what + " " + std::to_string(i));
  }
  void string(Index i, const std::string& where) const { index(i, image_.strings.size(), where, "string"); }
  void string_list(const IndexList& list, const std::string& where) const {
    for (const Index i : list) string(i, where);
  }
  void type(Index i, const std::string& where) const { index(i, image_.types.size(), where, "type"); }
  void constant(Index i, const std::string& where) const { index(i, image_.constants.size(), where, "constant"); }
  bool is_type(Index i, TypeKind kind) const { return image_.types[i].kind == static_cast<std::uint8_t>(kind); }

  void strings() const {
    for (std::size_t i = 0; i < image_.strings.size(); ++i) {
      if (!is_utf8(image_.strings[i])) reject_program(at("string", i), "it is not UTF-8");
    }
  }

  void types() {
    std::vector<std::uint64_t> sizes(image_.types.size());
    std::vector<std::uint32_t> depths(image_.types.size());
    for (std::size_t i = 0; i < image_.types.size(); ++i) {
      const TypeRecord& t = image_.types[i];
      const std::string where = at("type", i);
      sizes[i] = 1;
      for (const Index c : t.contained) {
        if (c >= i) reject_program(where, "it contains type " + std::to_string(c) + ", which is not an earlier one");
        sizes[i] += sizes[c];
        depths[i] = std::max(depths[i], depths[c] + 1);
      }
      if (sizes[i] > kMaxTypeSize || depths[i] > kMaxTypeDepth) reject_program(where, "it is nested too deeply");
      type_shape(t, where);
    }
  }

  void type_shape(const TypeRecord& t, const std::string& where) const {
    const auto kind = static_cast<TypeKind>(t.kind);
    const bool named =
        kind == TypeKind::kTuple || kind == TypeKind::kClass || kind == TypeKind::kInterface || kind == TypeKind::kEnum;
    if (named) string(t.name, where);
    string_list(t.fields, where);
    if (kind == TypeKind::kUnion && t.contained.empty()) reject_program(where, "a union of nothing");
    if (kind == TypeKind::kTuple && !t.fields.empty() && t.fields.size() != t.contained.size()) {
      reject_program(where, "the fields of a named tuple are not as many as its types");
    }
    if (kind == TypeKind::kEnum) enum_members(t, where);
  }

  void enum_members(const TypeRecord& t, const std::string& where) const {
    for (const Index m : t.members) {
      constant(m, where);
      const ConstantTag tag = image_.constants[m].tag;
      if (tag != ConstantTag::kInt && tag != ConstantTag::kFloat && tag != ConstantTag::kStr) {
        reject_program(where, "a member of an enum is neither int, float nor str");
      }
    }
  }

  void ops() const {
    std::set<std::pair<Index, Index>> seen;
    for (std::size_t i = 0; i < image_.ops.size(); ++i) {
      const OpRecord& op = image_.ops[i];
      string(op.name, at("op", i));
      string(op.overload, at("op", i));
      if (!seen.emplace(op.name, op.overload).second) reject_program(at("op", i), "it is listed twice");
    }
  }

  void tensors() const {
    for (std::size_t i = 0; i < image_.storages.size(); ++i) string(image_.storages[i].record, at("storage", i));
    if (in_memory_) {
      if (image_.tensors.size() != host_tensors_) {
        reject_program("tensors", "the program has " + std::to_string(image_.tensors.size()) + ", the host gives " +
                                      std::to_string(host_tensors_));
      }
      return;
    }
    for (std::size_t i = 0; i < image_.tensors.size(); ++i) tensor(image_.tensors[i], at("tensor", i));
  }

  void tensor(const TensorRecord& t, const std::string& where) const {
    const std::size_t item = dtype_size(static_cast<DType>(t.dtype));
    if (item == 0) reject_program(where, "there is no dtype " + std::to_string(t.dtype));
    index(t.storage, image_.storages.size(), where, "storage");
    string(t.device, where);
    if (t.sizes.size() != t.strides.size()) reject_program(where, "sizes and strides are not equally many");
    const std::uint64_t end = extent(t, where);
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(end, static_cast<std::uint64_t>(item), &bytes) ||
        bytes > image_.storages[t.storage].bytes) {
      reject_program(where, "it goes beyond its storage");
    }
  }

  // The number of elements from the start of the storage to behind the last element; 0 for an empty tensor.
  static std::uint64_t extent(const TensorRecord& t, const std::string& where) {
    if (t.offset < 0) reject_program(where, "a negative offset");
    bool empty = false;
    std::int64_t last = t.offset;
    std::int64_t count = 1;
    for (std::size_t d = 0; d < t.sizes.size(); ++d) {
      if (t.sizes[d] < 0 || t.strides[d] < 0) reject_program(where, "a negative size or stride");
      if (t.sizes[d] == 0) {
        empty = true;
        continue;
      }
      std::int64_t step = 0;
      const bool overflow = __builtin_mul_overflow(t.sizes[d] - 1, t.strides[d], &step) ||
                            __builtin_add_overflow(last, step, &last) ||
                            __builtin_mul_overflow(count, t.sizes[d], &count);
      if (overflow) reject_program(where, "its size overflows");
    }
    return empty ? 0 : static_cast<std::uint64_t>(last) + 1;
  }

  void constants() const {
    for (std::size_t i = 0; i < image_.constants.size(); ++i)
      constant_record(image_.constants[i], i, at("constant", i));
  }

  void constant_record(const ConstantRecord& c, std::size_t i, const std::string& where) const {
    for (const Index item : c.items) {
      if (item >= i)
        reject_program(where, "it contains constant " + std::to_string(item) + ", which is not an earlier one");
    }
    switch (c.tag) {
      case ConstantTag::kStr:
      case ConstantTag::kDevice:
        return string(c.index, where);
      case ConstantTag::kTensor:
        return index(c.index, image_.tensors.size(), where, "tensor");
      case ConstantTag::kFunction:
        return index(c.index, image_.functions.size(), where, "function");
      case ConstantTag::kObject:
        return index(c.index, image_.objects.size(), where, "object");
      case ConstantTag::kList:
        return container_type(c, TypeKind::kList, where);
      case ConstantTag::kTuple:
        container_type(c, TypeKind::kTuple, where);
        if (image_.types[c.index].contained.size() != c.items.size()) reject_program(where, "wrong length of a tuple");
        return;
      case ConstantTag::kDict:
        container_type(c, TypeKind::kDict, where);
        for (std::size_t k = 0; k < c.items.size(); k += 2) key(image_.constants[c.items[k]], where);
        return;
      case ConstantTag::kEnum:
        container_type(c, TypeKind::kEnum, where);
        string(c.member, where);
        return enum_member(c, where);
      default:
        return;
    }
  }

  void container_type(const ConstantRecord& c, TypeKind kind, const std::string& where) const {
    type(c.index, where);
    if (!is_type(c.index, kind)) reject_program(where, "its type is not of its kind");
  }
  static void key(const ConstantRecord& c, const std::string& where) {
    const bool hashable = c.tag <= ConstantTag::kDevice || c.tag == ConstantTag::kEnum;
    if (!hashable) reject_program(where, "a key that cannot be hashed");
  }
  void enum_member(const ConstantRecord& c, const std::string& where) const {
    const std::string& member = image_.strings[c.member];
    for (const Index field : image_.types[c.index].fields) {
      if (image_.strings[field] == member) return;
    }
    reject_program(where, "its enum has no member " + member);
  }

  void unique_name(std::unordered_set<std::string>& seen, Index name, const std::string& where) const {
    string(name, where);
    if (!seen.insert(image_.strings[name]).second)
      reject_program(where, "two things are named " + image_.strings[name]);
  }

  void classes() const {
    std::unordered_set<std::string> names;
    for (std::size_t i = 0; i < image_.classes.size(); ++i) {
      unique_name(names, image_.classes[i].name, at("class", i));
      class_record(image_.classes[i], at("class", i));
    }
  }

  void class_record(const ClassRecord& c, const std::string& where) const {
    if (c.flags > ClassRecord::kModule) reject_program(where, "unknown flags");
    std::unordered_set<std::string> attributes;
    for (const AttributeRecord& a : c.attributes) {
      unique_name(attributes, a.name, where);
      type(a.type, where);
      if (a.kind > static_cast<std::uint8_t>(AttributeKind::kSubmodule))
        reject_program(where, "unknown kind of attribute");
    }
    std::unordered_set<std::string> methods;
    for (const auto& [name, function] : c.methods) {
      unique_name(methods, name, where);
      index(function, image_.functions.size(), where, "function");
      if (image_.functions[function].parameters.empty()) reject_program(where, "a method without parameters");
    }
    for (const PropertyRecord& p : c.properties) {
      string(p.name, where);
      string(p.getter, where);
      string(p.setter, where);
    }
    string_list(c.bases, where);
  }

  void functions() const {
    for (std::size_t i = 0; i < image_.functions.size(); ++i) {
      const FunctionRecord& f = image_.functions[i];
      const std::string where = at("function", i);
      string(f.name, where);
      type(f.return_type, where);
      std::unordered_set<std::string> names;
      for (const ParameterRecord& p : f.parameters) {
        unique_name(names, p.name, where);
        type(p.type, where);
        if (p.has_default) constant(p.default_value, where);
      }
      validate_function(image_, f);
    }
  }

  void sources() const {
    for (std::size_t i = 0; i < image_.sources.size(); ++i) {
      string(image_.sources[i].path, at("source", i));
      string(image_.sources[i].text, at("source", i));
    }
  }

  void objects() const {
    for (std::size_t i = 0; i < image_.objects.size(); ++i) {
      const ObjectRecord& o = image_.objects[i];
      const std::string where = at("object", i);
      index(o.cls, image_.classes.size(), where, "class");
      if (o.slots.size() != image_.classes[o.cls].attributes.size()) {
        reject_program(where, "its values are not as many as its class has attributes");
      }
      for (const Index c : o.slots) constant(c, where);
    }
    if (image_.root > image_.objects.size()) reject_program("root", "there is no such object");
  }

  void texts() const {
    for (const auto& [key, value] : image_.metadata) {
      string(key, "metadata");
      string(value, "metadata");
    }
    for (std::size_t i = 0; i < image_.examples.size(); ++i) {
      const ExampleRecord& e = image_.examples[i];
      string(e.method, at("example", i));
      for (const Index c : e.inputs) constant(c, at("example", i));
      constant(e.expected, at("example", i));
    }
  }

  const ProgramImage& image_;
  const bool in_memory_;
  const std::size_t host_tensors_;
};

}  // namespace

void validate_program(const ProgramImage& image, bool in_memory, std::size_t host_tensors) {
  Validator(image, in_memory, host_tensors).run();
}

}  // namespace portfire
