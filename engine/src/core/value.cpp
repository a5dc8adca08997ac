// Values: construction and checked access. Hash and equality are in equality.cpp, text in text.cpp.
#include "portfire/value.h"

#include <cstring>
#include <new>

#include "core/dismantle.h"
#include "portfire/future.h"
#include "portfire/object.h"
#include "portfire/program.h"

namespace portfire {

Box::~Box() = default;

const char* tag_name(Tag tag) noexcept {
  static constexpr const char* kNames[] = {"None",   "bool",   "int",      "float", "complex", "str",
                                           "Tensor", "list",   "dict",     "tuple", "object",  "Device",
                                           "enum",   "Future", "function", "opaque"};
  const auto i = static_cast<std::size_t>(tag);
  return i < std::size(kNames) ? kNames[i] : "?";
}

void throw_tag_mismatch(Tag wanted, Tag found) {
  throw Error(ErrorCode::kType, std::string("expected ") + tag_name(wanted) + ", found " + tag_name(found));
}

namespace {

// The empty string and those of one ASCII character exist once: programs that go through text make them all the time.
class ShortStrings {
 public:
  ShortStrings() {
    for (std::size_t c = 0; c < kCount; ++c) {
      auto* box = new (memory_ + c * sizeof(StringBox)) StringBox(c < 128 ? std::string(1, static_cast<char>(c)) : "");
      box->make_eternal();
    }
  }
  StringBox* find(std::string_view s) {
    if (s.size() > 1) return nullptr;
    const auto c = s.empty() ? std::size_t{128} : static_cast<std::size_t>(static_cast<unsigned char>(s[0]));
    if (c > 128 || (c == 128 && !s.empty())) return nullptr;
    return std::launder(reinterpret_cast<StringBox*>(memory_ + c * sizeof(StringBox)));
  }

 private:
  static constexpr std::size_t kCount = 129;
  alignas(StringBox) std::byte memory_[kCount * sizeof(StringBox)];  // never destroyed
};

StringBox* find_short_string(std::string_view s) {
  if (s.size() > 1) [[likely]]
    return nullptr;
  static ShortStrings strings;
  return strings.find(s);
}

Ref<StringBox> string_box(std::string s) {
  StringBox* shared = find_short_string(s);
  return shared ? Ref<StringBox>::adopt(shared) : make_box<StringBox>(std::move(s));
}
Ref<StringBox> string_box(std::string_view s) {
  StringBox* shared = find_short_string(s);
  return shared ? Ref<StringBox>::adopt(shared) : make_box<StringBox>(std::string(s));
}

}  // namespace

Value::Value(std::string s) : Value(Tag::kString, portfire::string_box(std::move(s))) {}
Value::Value(std::string_view s) : Value(Tag::kString, portfire::string_box(s)) {}
Value::Value(std::complex<double> c) : Value(Tag::kComplex, make_box<ComplexBox>(c)) {}
Value::Value(Device d) : Value(Tag::kDevice, make_box<DeviceBox>(std::move(d))) {}
Value::Value(Tensor t) : Value() {
  if (!t.defined()) return;  // None stands for the undefined tensor
  Value boxed(Tag::kTensor, t.box());
  swap(boxed);
}

Value Value::list(TypePtr element, std::vector<Value> items) {
  return Value(Tag::kList, make_box<ListBox>(std::move(element), std::move(items)));
}
Value Value::dict(TypePtr key, TypePtr value) {
  return Value(Tag::kDict, make_box<DictBox>(std::move(key), std::move(value)));
}
Value Value::tuple(std::vector<Value> items) { return tuple(nullptr, std::move(items)); }
Value Value::tuple(TypePtr type, std::vector<Value> items) {
  return Value(Tag::kTuple, make_box<TupleBox>(std::move(type), std::move(items)));
}

std::complex<double> Value::to_complex() const {
  check(Tag::kComplex);
  return static_cast<ComplexBox*>(payload_.box)->number;
}
Tensor Value::to_tensor() const {
  if (is_none()) return {};
  check(Tag::kTensor);
  return Tensor(Ref<TensorBox>::share(static_cast<TensorBox*>(payload_.box)));
}
TensorBox& Value::tensor_box() const {
  check(Tag::kTensor);
  return *static_cast<TensorBox*>(payload_.box);
}
Object& Value::to_object() const {
  check(Tag::kObject);
  return *static_cast<Object*>(payload_.box);
}
const Device& Value::to_device() const {
  check(Tag::kDevice);
  return static_cast<DeviceBox*>(payload_.box)->device;
}
EnumBox& Value::to_enum() const {
  check(Tag::kEnum);
  return *static_cast<EnumBox*>(payload_.box);
}
Future& Value::to_future() const {
  check(Tag::kFuture);
  return *static_cast<Future*>(payload_.box);
}
FunctionBox& Value::to_function() const {
  check(Tag::kFunction);
  return *static_cast<FunctionBox*>(payload_.box);
}

double Value::number_to_double() const {
  switch (tag_) {
    case Tag::kBool:
    case Tag::kInt:
      return static_cast<double>(payload_.i);
    default:
      return to_double();
  }
}

ValueArray::ValueArray(std::size_t size) : data_(size <= kInline ? inline_ : new Value[size]), size_(size) {}
ValueArray::ValueArray(std::vector<Value> values) : ValueArray(values.size()) {
  std::move(values.begin(), values.end(), data_);
}

bool StringBox::look_for_ascii() const noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + sizeof seen <= text.size(); i += sizeof seen) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    seen |= word;
  }
  for (; i < text.size(); ++i) seen |= static_cast<unsigned char>(text[i]);
  const bool is = (seen & kHighBits) == 0;
  ascii_.store(is ? Ascii::kYes : Ascii::kNo, std::memory_order_relaxed);
  return is;
}

namespace {

template <typename Word>
std::uint64_t read_word(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Of at most 16 bytes, which most keys are: two words that overlap, multiplied and folded.
std::size_t hash_of_short(std::string_view s) {
  const std::size_t n = s.size();
  std::uint64_t a = 0, b = 0;
  if (n >= 8) {
    a = read_word<std::uint64_t>(s.data());
    b = read_word<std::uint64_t>(s.data() + n - 8);
  } else if (n >= 4) {
    a = read_word<std::uint32_t>(s.data());
    b = read_word<std::uint32_t>(s.data() + n - 4);
  } else if (n > 0) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(s[i])); };
    a = byte(0) << 16U | byte(n / 2) << 8U | byte(n - 1);
  }
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd6e8feb86659fd93ULL ^ n);
  return static_cast<std::size_t>(product ^ product >> 64U);
}

}  // namespace

std::size_t StringBox::compute_hash() const noexcept {
  const std::size_t hash = text.size() <= 16 ? hash_of_short(text) : std::hash<std::string_view>{}(text);
  hash_.store(hash == 0 ? 1 : hash, std::memory_order_relaxed);
  return hash == 0 ? 1 : hash;
}

ListBox::~ListBox() { Dismantler::drop(items); }
TupleBox::~TupleBox() { Dismantler::drop(items); }
DictBox::~DictBox() { Dismantler::drop(entries_); }

}  // namespace portfire
