#include "archive/program_decoder.h"

#include <array>

#include "archive/byte_reader.h"
#include "portfire/type.h"

namespace portfire {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::uint8_t kFirstOptionalSection = 11;
constexpr std::array<const char*, 13> kSectionNames = {"",        "strings",   "types",   "ops",       "storages",
                                                       "tensors", "constants", "classes", "functions", "sources",
                                                       "objects", "metadata",  "examples"};

TypeRecord read_type(ByteReader& r) {
  TypeRecord type;
  type.kind = r.u8();
  switch (static_cast<TypeKind>(type.kind)) {
    case TypeKind::kList:
    case TypeKind::kOptional:
    case TypeKind::kFuture:
      type.contained = {r.index()};
      break;
    case TypeKind::kDict: {
      const Index key = r.index();
      type.contained = {key, r.index()};
      break;
    }
    case TypeKind::kUnion:
      type.contained = r.index_list();
      break;
    case TypeKind::kTuple:
      type.contained = r.index_list();
      type.name = r.index();
      type.fields = r.index_list();
      break;
    case TypeKind::kClass:
    case TypeKind::kInterface:
      type.name = r.index();
      break;
    case TypeKind::kEnum:
      type.name = r.index();
      type.contained = {r.index()};
      for (std::size_t n = r.count(2); n > 0; --n) {
        type.fields.push_back(r.index());
        type.members.push_back(r.index());
      }
      break;
    default:
      if (type.kind > static_cast<std::uint8_t>(TypeKind::kVar))
        r.fail("unknown kind of type " + std::to_string(type.kind));
  }
  return type;
}

TensorRecord read_tensor(ByteReader& r) {
  TensorRecord t;
  t.dtype = r.u8();
  t.sizes = r.list<std::int64_t>([](ByteReader& b) { return b.svar(); });
  t.strides = r.list<std::int64_t>([](ByteReader& b) { return b.svar(); });
  t.storage = r.index();
  t.offset = r.svar();
  t.flags = r.u8();
  t.device = r.index();
  return t;
}

ConstantRecord read_constant(ByteReader& r) {
  ConstantRecord c;
  const std::uint8_t tag = r.u8();
  c.tag = static_cast<ConstantTag>(tag);
  switch (c.tag) {
    case ConstantTag::kNone:
    case ConstantTag::kFalse:
    case ConstantTag::kTrue:
      break;
    case ConstantTag::kInt:
      c.integer = r.svar();
      break;
    case ConstantTag::kFloat:
      c.real = r.f64();
      break;
    case ConstantTag::kComplex:
      c.real = r.f64();
      c.imag = r.f64();
      break;
    case ConstantTag::kStr:
    case ConstantTag::kTensor:
    case ConstantTag::kDevice:
    case ConstantTag::kFunction:
    case ConstantTag::kObject:
      c.index = r.index();
      break;
    case ConstantTag::kList:
    case ConstantTag::kTuple:
      c.index = r.index();
      c.items = r.index_list();
      break;
    case ConstantTag::kDict:
      c.index = r.index();
      for (std::size_t n = r.count(2); n > 0; --n) {
        c.items.push_back(r.index());
        c.items.push_back(r.index());
      }
      break;
    case ConstantTag::kEnum:
      c.index = r.index();
      c.member = r.index();
      break;
    default:
      r.fail("unknown tag of constant " + std::to_string(tag));
  }
  return c;
}

ClassRecord read_class(ByteReader& r) {
  ClassRecord c;
  c.name = r.index();
  c.flags = r.u8();
  c.attributes = r.list<AttributeRecord>(
      [](ByteReader& b) {
        AttributeRecord a;
        a.name = b.index();
        a.type = b.index();
        a.kind = b.u8();
        return a;
      },
      3);
  c.methods = r.list<std::pair<Index, Index>>(
      [](ByteReader& b) {
        const Index name = b.index();
        return std::pair(name, b.index());
      },
      2);
  c.properties = r.list<PropertyRecord>(
      [](ByteReader& b) {
        PropertyRecord p;
        p.name = b.index();
        p.getter = b.index();
        p.setter = b.index();
        return p;
      },
      3);
  c.bases = r.index_list();
  return c;
}

bool read_bool(ByteReader& r) {
  const std::uint8_t b = r.u8();
  if (b > 1) r.fail("a flag is neither 0 nor 1");
  return b != 0;
}

ParameterRecord read_parameter(ByteReader& r) {
  ParameterRecord p;
  p.name = r.index();
  p.type = r.index();
  p.has_default = read_bool(r);
  if (p.has_default) p.default_value = r.index();
  p.keyword_only = read_bool(r);
  return p;
}

HandlerRecord read_handler(ByteReader& r) {
  HandlerRecord h;
  h.begin = r.index();
  h.end = r.index();
  h.target = r.index();
  h.result = r.index();
  h.classes = r.index_list();
  return h;
}

PositionRecord read_position(ByteReader& r) {
  PositionRecord p;
  p.word = r.index();
  p.source = r.index();
  p.line = r.index();
  p.column = r.index();
  p.function = r.index();
  p.inlined_through = r.index_list();
  return p;
}

FunctionRecord read_function(ByteReader& r) {
  FunctionRecord f;
  f.name = r.index();
  f.parameters = r.list<ParameterRecord>(read_parameter, 4);
  f.return_type = r.index();
  f.register_count = r.index();
  f.code = r.index_list();
  f.handlers = r.list<HandlerRecord>(read_handler, 5);
  f.positions = r.list<PositionRecord>(read_position, 6);
  if (r.count() != 0) r.fail("the reserved list of a function is not empty");
  return f;
}

void read_objects(ByteReader& r, ProgramImage& image) {
  image.objects = r.list<ObjectRecord>(
      [](ByteReader& b) {
        ObjectRecord o;
        o.cls = b.index();
        o.slots = b.index_list();
        return o;
      },
      2);
  image.root = r.index();
}

std::pair<Index, Index> read_index_pair(ByteReader& r) {
  const Index first = r.index();
  return {first, r.index()};
}

ExampleRecord read_example(ByteReader& r) {
  ExampleRecord e;
  e.method = r.index();
  e.inputs = r.index_list();
  e.expected = r.index();
  return e;
}

void read_section(std::uint8_t id, ByteReader& r, ProgramImage& image) {
  switch (id) {
    case 1:
      image.strings = r.list<std::string>([](ByteReader& b) { return std::string(b.text(b.count())); });
      break;
    case 2:
      image.types = r.list<TypeRecord>(read_type);
      break;
    case 3:
      image.ops = r.list<OpRecord>(
          [](ByteReader& b) {
            const auto [name, overload] = read_index_pair(b);
            return OpRecord{name, overload};
          },
          2);
      break;
    case 4:
      image.storages = r.list<StorageRecord>(
          [](ByteReader& b) {
            const Index record = b.index();
            return StorageRecord{record, b.u64()};
          },
          9);
      break;
    case 5:
      image.tensors = r.list<TensorRecord>(read_tensor, 7);
      break;
    case 6:
      image.constants = r.list<ConstantRecord>(read_constant);
      break;
    case 7:
      image.classes = r.list<ClassRecord>(read_class, 6);
      break;
    case 8:
      image.functions = r.list<FunctionRecord>(read_function, 8);
      break;
    case 9:
      image.sources = r.list<SourceRecord>(
          [](ByteReader& b) {
            const auto [path, text] = read_index_pair(b);
            return SourceRecord{path, text, b.index()};
          },
          3);
      break;
    case 10:
      read_objects(r, image);
      break;
    case 11:
      image.metadata = r.list<std::pair<Index, Index>>(read_index_pair, 2);
      break;
    default:
      image.examples = r.list<ExampleRecord>(read_example, 3);
  }
  if (!r.at_end()) r.fail(std::to_string(r.left()) + " bytes too many");
}

// The magic and the version; returns the number of sections.
std::uint32_t read_header(ByteReader& r) {
  if (r.left() < 8 || r.text(8) != "PFIREPRG") r.fail("it does not begin with PFIREPRG");
  const std::uint32_t version = r.u32();
  if (version == 0) r.fail("version 0");
  if (version > kVersion) {
    throw Error(ErrorCode::kUnsupportedVersion, "the program has format version " + std::to_string(version) +
                                                    "; this portfire reads up to version " + std::to_string(kVersion));
  }
  return r.u32();
}

}  // namespace

ProgramImage decode_program(std::span<const std::byte> bytes) {
  ByteReader file(bytes, "header");
  const std::uint32_t sections = read_header(file);
  ProgramImage image;
  std::uint8_t last = 0;
  for (std::uint32_t i = 0; i < sections; ++i) {
    const std::uint8_t id = file.u8();
    if (id >= kSectionNames.size()) file.fail("unknown section " + std::to_string(id));
    const bool in_order = id < kFirstOptionalSection ? id == last + 1 : id > last && last >= kFirstOptionalSection - 1;
    if (!in_order) file.fail("section " + std::to_string(id) + " after section " + std::to_string(last));
    const std::uint64_t length = file.u64();
    if (length > file.left()) file.fail("section " + std::to_string(id) + " is longer than the file");
    ByteReader section(file.bytes(length), std::string("section ") + kSectionNames[id]);
    read_section(id, section, image);
    last = id;
  }
  if (last < kFirstOptionalSection - 1) file.fail("sections are missing");
  if (!file.at_end()) file.fail("bytes after the last section");
  return image;
}

}  // namespace portfire
