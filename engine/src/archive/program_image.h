// A program as it lies in the file: numbers and names, nothing checked beyond the encoding, nothing built.
//
// Before: program_decoder.h fills it. After: program_validator.h checks every rule; program_linker.h builds from it.
// All indices are as in the file (docs/program-format.md); a string is an index into `strings`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace portfire {

using Index = std::uint32_t;
using IndexList = std::vector<Index>;

struct TypeRecord {
  std::uint8_t kind = 0;
  IndexList contained;
  Index name = 0;  // Tuple, Class, Interface, Enum
  IndexList fields;
  IndexList members;  // Enum: constants, one per field
};

struct OpRecord {
  Index name = 0;
  Index overload = 0;
};

struct StorageRecord {
  Index record = 0;
  std::uint64_t bytes = 0;
};

struct TensorRecord {
  std::uint8_t dtype = 0;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;
  Index storage = 0;
  std::int64_t offset = 0;
  std::uint8_t flags = 0;
  Index device = 0;

  static constexpr std::uint8_t kRequiresGrad = 1;
  static constexpr std::uint8_t kParameter = 2;
};

// clang-format off
enum class ConstantTag : std::uint8_t {
  kNone = 0, kFalse = 1, kTrue = 2, kInt = 3, kFloat = 4, kComplex = 5, kStr = 6, kTensor = 7, kDevice = 8, kList = 9,
  kTuple = 10, kDict = 11, kEnum = 12, kFunction = 13, kObject = 14,
};
// clang-format on

struct ConstantRecord {
  ConstantTag tag = ConstantTag::kNone;
  std::int64_t integer = 0;
  double real = 0;
  double imag = 0;
  Index index = 0;   // string, tensor, type, function or object, by tag
  Index member = 0;  // Enum: string
  IndexList items;   // Dict: key, value, key, value, ...
};

struct AttributeRecord {
  Index name = 0;
  Index type = 0;
  std::uint8_t kind = 0;
};

struct PropertyRecord {
  Index name = 0;
  Index getter = 0;
  Index setter = 0;
};

struct ClassRecord {
  Index name = 0;
  std::uint8_t flags = 0;
  std::vector<AttributeRecord> attributes;
  std::vector<std::pair<Index, Index>> methods;  // name, function
  std::vector<PropertyRecord> properties;
  IndexList bases;

  static constexpr std::uint8_t kModule = 1;
};

struct ParameterRecord {
  Index name = 0;
  Index type = 0;
  bool has_default = false;
  Index default_value = 0;
  bool keyword_only = false;
};

struct HandlerRecord {
  Index begin = 0;
  Index end = 0;
  Index target = 0;
  Index result = 0;
  IndexList classes;
};

struct PositionRecord {
  Index word = 0;
  Index source = 0;  // + 1; 0: unknown
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  Index function = 0;
  IndexList inlined_through;
};

struct FunctionRecord {
  Index name = 0;
  std::vector<ParameterRecord> parameters;
  Index return_type = 0;
  std::uint32_t register_count = 0;
  std::vector<std::uint32_t> code;
  std::vector<HandlerRecord> handlers;
  std::vector<PositionRecord> positions;
};

struct SourceRecord {
  Index path = 0;
  Index text = 0;
  std::uint32_t first_line = 0;
};

struct ObjectRecord {
  Index cls = 0;
  IndexList slots;
};

struct ExampleRecord {
  Index method = 0;
  IndexList inputs;
  Index expected = 0;
};

struct ProgramImage {
  std::vector<std::string> strings;
  std::vector<TypeRecord> types;
  std::vector<OpRecord> ops;
  std::vector<StorageRecord> storages;
  std::vector<TensorRecord> tensors;
  std::vector<ConstantRecord> constants;
  std::vector<ClassRecord> classes;
  std::vector<FunctionRecord> functions;
  std::vector<SourceRecord> sources;
  std::vector<ObjectRecord> objects;
  Index root = 0;  // object index + 1
  std::vector<std::pair<Index, Index>> metadata;
  std::vector<ExampleRecord> examples;

  const std::string& string(Index i) const { return strings[i]; }  // once validated
};

}  // namespace portfire
