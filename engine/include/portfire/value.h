// Values: what programs compute with, and what goes in and out of a call.
//
// A Value is 16 bytes: a tag and a number, or a tag and one counted reference. Copying shares lists, dicts, objects and
// tensors, as Python's assignment does. Values may be copied and read by any thread; changing one shared list from two
// threads is the caller's race, as in Python without its lock.
#pragma once

#include <atomic>
#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portfire/box.h"
#include "portfire/error.h"
#include "portfire/tensor.h"
#include "portfire/type.h"

namespace portfire {

enum class Tag : std::uint8_t {
  // Held in place.
  kNone,
  kBool,
  kInt,
  kDouble,
  // Boxed.
  kComplex,
  kString,
  kTensor,
  kList,
  kDict,
  kTuple,
  kObject,
  kDevice,
  kEnum,
  kFuture,
  kFunction,
  kOpaque,
};

PORTFIRE_EXPORT const char* tag_name(Tag tag) noexcept;

struct StringBox;
struct ComplexBox;
struct ListBox;
struct DictBox;
struct TupleBox;
struct DeviceBox;
struct EnumBox;
class Object;        // portfire/object.h
class Future;        // portfire/future.h
struct FunctionBox;  // portfire/program.h

[[noreturn]] PORTFIRE_EXPORT void throw_tag_mismatch(Tag wanted, Tag found);

class PORTFIRE_EXPORT Value {
 public:
  Value() noexcept : tag_(Tag::kNone) { payload_.i = 0; }
  Value(bool b) noexcept : tag_(Tag::kBool) { payload_.i = b; }         // NOLINT: values convert implicitly
  Value(std::int64_t i) noexcept : tag_(Tag::kInt) { payload_.i = i; }  // NOLINT
  Value(int i) noexcept : Value(static_cast<std::int64_t>(i)) {}        // NOLINT
  Value(double d) noexcept : tag_(Tag::kDouble) { payload_.d = d; }     // NOLINT
  Value(std::string s);                                                 // NOLINT
  Value(std::string_view s);                                            // NOLINT
  Value(const char* s) : Value(std::string_view(s)) {}                  // NOLINT
  Value(std::complex<double> c);                                        // NOLINT
  Value(Tensor t);                                                      // NOLINT
  Value(Device d);                                                      // NOLINT
  // Takes over a box under `tag`.
  template <typename T>
  Value(Tag tag, Ref<T> box) noexcept : tag_(tag) {
    payload_.box = box.detach();
  }

  static Value list(TypePtr element, std::vector<Value> items);
  static Value dict(TypePtr key, TypePtr value);
  static Value tuple(std::vector<Value> items);
  static Value tuple(TypePtr type, std::vector<Value> items);  // `type`: kTuple, named or not

  Value(const Value& o) noexcept : tag_(o.tag_), payload_(o.payload_) {
    if (is_boxed()) payload_.box->retain();
  }
  Value(Value&& o) noexcept : tag_(o.tag_), payload_(o.payload_) { o.tag_ = Tag::kNone; }
  Value& operator=(const Value& o) noexcept {
    Value copy(o);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& o) noexcept {
    Value moved(std::move(o));  // `o` may lie inside what this value holds
    swap(moved);
    return *this;
  }
  ~Value() { drop(); }
  void swap(Value& o) noexcept {
    std::swap(tag_, o.tag_);
    std::swap(payload_, o.payload_);
  }

  Tag tag() const noexcept { return tag_; }
  bool is_none() const noexcept { return tag_ == Tag::kNone; }
  bool is_bool() const noexcept { return tag_ == Tag::kBool; }
  bool is_int() const noexcept { return tag_ == Tag::kInt; }
  bool is_double() const noexcept { return tag_ == Tag::kDouble; }
  bool is_complex() const noexcept { return tag_ == Tag::kComplex; }
  bool is_number() const noexcept { return is_int() || is_double() || is_bool() || is_complex(); }
  bool is_string() const noexcept { return tag_ == Tag::kString; }
  bool is_tensor() const noexcept { return tag_ == Tag::kTensor; }
  bool is_list() const noexcept { return tag_ == Tag::kList; }
  bool is_dict() const noexcept { return tag_ == Tag::kDict; }
  bool is_tuple() const noexcept { return tag_ == Tag::kTuple; }
  bool is_object() const noexcept { return tag_ == Tag::kObject; }

  // Checked access: throws Error(kType) on another tag. Accessors that return references are valid while the value
  // lives.
  bool to_bool() const {
    check(Tag::kBool);
    return payload_.i != 0;
  }
  std::int64_t to_int() const {
    check(Tag::kInt);
    return payload_.i;
  }
  double to_double() const {
    check(Tag::kDouble);
    return payload_.d;
  }
  std::complex<double> to_complex() const;
  const std::string& to_string() const;
  const StringBox& string_box() const;
  Tensor to_tensor() const;  // None gives an undefined tensor
  TensorBox& tensor_box() const;
  ListBox& to_list() const;
  DictBox& to_dict() const;
  TupleBox& to_tuple() const;
  Object& to_object() const;
  const Device& to_device() const;
  EnumBox& to_enum() const;
  Future& to_future() const;
  FunctionBox& to_function() const;
  // A number of any tag, as a double / as a bool by Python's truth.
  double number_to_double() const;

  // The box; only for a boxed tag.
  Box* box() const noexcept { return payload_.box; }
  bool is_boxed() const noexcept { return tag_ > Tag::kDouble; }
  // Identity, as Python's `is`.
  bool is_same(const Value& o) const noexcept {
    return tag_ == o.tag_ && (tag_ == Tag::kNone || payload_.i == o.payload_.i);
  }

 private:
  void check(Tag wanted) const {
    if (tag_ != wanted) [[unlikely]]
      throw_tag_mismatch(wanted, tag_);
  }
  void drop() noexcept {
    if (is_boxed()) payload_.box->release();
  }

  Tag tag_;
  union {
    std::int64_t i;
    double d;
    Box* box;
  } payload_;
};

static_assert(sizeof(Value) == 16);

// A fixed number of values; a few lie in the object itself.
class PORTFIRE_EXPORT ValueArray {
 public:
  explicit ValueArray(std::size_t size);  // all None
  explicit ValueArray(std::vector<Value> values);
  ValueArray(const ValueArray&) = delete;
  ValueArray& operator=(const ValueArray&) = delete;
  ~ValueArray() {
    if (data_ != inline_) delete[] data_;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  Value* data() noexcept { return data_; }
  const Value* data() const noexcept { return data_; }
  Value* begin() noexcept { return data_; }
  Value* end() noexcept { return data_ + size_; }
  const Value* begin() const noexcept { return data_; }
  const Value* end() const noexcept { return data_ + size_; }
  Value& operator[](std::size_t i) noexcept { return data_[i]; }
  const Value& operator[](std::size_t i) const noexcept { return data_[i]; }

 private:
  static constexpr std::size_t kInline = 3;
  Value* data_;
  std::size_t size_;
  Value inline_[kInline];
};

struct PORTFIRE_EXPORT StringBox final : Box {
  explicit StringBox(std::string s) : text(std::move(s)) {}
  // Whether all bytes are below 128: then bytes are characters.
  bool is_ascii() const noexcept {
    const Ascii known = ascii_.load(std::memory_order_relaxed);
    return known == Ascii::kUnknown ? look_for_ascii() : known == Ascii::kYes;
  }
  std::size_t hash() const noexcept {
    const std::size_t known = hash_.load(std::memory_order_relaxed);
    return known == 0 ? compute_hash() : known;
  }

 private:
  enum class Ascii : std::uint8_t { kUnknown, kYes, kNo };
  bool look_for_ascii() const noexcept;
  std::size_t compute_hash() const noexcept;
  // Found when first asked for; threads may race to the same answer.
  mutable std::atomic<Ascii> ascii_{Ascii::kUnknown};

 public:
  const std::string text;  // UTF-8

 private:
  mutable std::atomic<std::size_t> hash_{0};
};
struct ComplexBox final : Box {
  explicit ComplexBox(std::complex<double> c) : number(c) {}
  const std::complex<double> number;
};
// Containers are destroyed without recursion: a chain of a million nodes does not exhaust the stack.
struct PORTFIRE_EXPORT ListBox final : Box {
  ListBox(TypePtr e, std::vector<Value> v) : element(std::move(e)), items(std::move(v)) {}
  ~ListBox() override;
  TypePtr element;  // may be null: then it is what the items are
  std::vector<Value> items;
};
struct PORTFIRE_EXPORT TupleBox final : Box {
  TupleBox(TypePtr t, std::vector<Value> v) : type(std::move(t)), items(std::move(v)) {}
  TupleBox(TypePtr t, std::size_t size) : type(std::move(t)), items(size) {}  // to be filled before it is shared
  ~TupleBox() override;
  TypePtr type;      // may be null: then it is what the items are
  ValueArray items;  // never changed once the tuple is made
};
struct DeviceBox final : Box {
  explicit DeviceBox(Device d) : device(std::move(d)) {}
  const Device device;
};
// One member of an enum: the type (its name is the enum's), the member's name and value.
struct EnumBox final : Box {
  EnumBox(TypePtr t, std::string n, Value v) : type(std::move(t)), name(std::move(n)), value(std::move(v)) {}
  const TypePtr type;
  const std::string name;
  const Value value;
};

// Python's hash and equality of keys (1 == 1.0 == True; a tensor is itself).
struct PORTFIRE_EXPORT KeyHash {
  std::size_t operator()(const Value& v) const;
};
struct PORTFIRE_EXPORT KeyEqual {
  bool operator()(const Value& a, const Value& b) const;
};

// A dict that keeps insertion order, as Python's: entries in order, and a hash table of their positions once they are
// more than a few. Erased entries leave holes that are squeezed out when they outnumber the live ones.
struct PORTFIRE_EXPORT DictBox final : Box {
  DictBox(TypePtr k, TypePtr v) : key(std::move(k)), value(std::move(v)) {}
  ~DictBox() override;
  struct Entry {
    Value key, value;
    std::size_t hash = 0;
    bool live = true;
  };
  TypePtr key, value;

  std::size_t size() const noexcept { return live_; }
  const Value* find(const Value& k) const;  // nullptr if absent
  Value* find(const Value& k) { return const_cast<Value*>(std::as_const(*this).find(k)); }
  void set(Value k, Value v);
  bool erase(const Value& k);
  void clear();
  void reserve(std::size_t count);
  const std::vector<Entry>& entries() const noexcept { return entries_; }  // skip those that are not `live`

 private:
  friend class Dismantler;  // core/dismantle.h
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  std::uint32_t position_of(const Value& k, std::size_t hash) const;  // of its entry, or kNowhere
  void squeeze();
  void forget(std::uint32_t position) noexcept;
  void rebuild_index(std::size_t count);
  void add_to_index(std::size_t hash, std::uint32_t position) noexcept;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> index_;  // positions by hash, with free places; empty while the dict is small
  std::size_t occupied_ = 0;          // places of the index that were ever taken
  std::size_t live_ = 0;
};

inline const std::string& Value::to_string() const {
  check(Tag::kString);
  return static_cast<const StringBox*>(payload_.box)->text;
}
inline const StringBox& Value::string_box() const {
  check(Tag::kString);
  return *static_cast<const StringBox*>(payload_.box);
}
inline ListBox& Value::to_list() const {
  check(Tag::kList);
  return *static_cast<ListBox*>(payload_.box);
}
inline DictBox& Value::to_dict() const {
  check(Tag::kDict);
  return *static_cast<DictBox*>(payload_.box);
}
inline TupleBox& Value::to_tuple() const {
  check(Tag::kTuple);
  return *static_cast<TupleBox*>(payload_.box);
}

// Deep equality as Python's ==, for values without tensors inside; throws Error(kType) where Python would ask a tensor.
PORTFIRE_EXPORT bool values_equal(const Value& a, const Value& b);
// Python's str() and repr().
PORTFIRE_EXPORT std::string value_str(const Value& v);
PORTFIRE_EXPORT std::string value_repr(const Value& v);

}  // namespace portfire
