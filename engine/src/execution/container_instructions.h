// Items and lengths of lists and strings, and the comparison of strings, for the instruction loop. As with scalars,
// false means that the bound op has to do it: for another type, or an error.
#pragma once

#include <cstring>
#include <utility>

#include "execution/scalar_instructions.h"
#include "program/function_code.h"

namespace portfire::instructions {

// The position of an index that may count from the end; false if there is none.
inline bool find_position(const Value& index, std::size_t size, std::size_t& position) {
  if (!index.is_int()) [[unlikely]]
    return false;
  std::int64_t i = index.to_int();
  if (i < 0) i += static_cast<std::int64_t>(size);
  position = static_cast<std::size_t>(i);
  return position < size;
}

// A register field that may be marked (kDies): its register, and its end.
inline Value& marked(Value* registers, Word field) { return registers[field & ~kDies]; }
inline void release_marked(Value* registers, Word field) {
  if (field & kDies) registers[field & ~kDies] = Value();
}

inline bool list_item(Value* registers, const Word* ip) {
  const Value& list = marked(registers, ip[1]);
  if (!list.is_list()) [[unlikely]]
    return false;
  const std::vector<Value>& items = static_cast<const ListBox*>(list.box())->items;
  std::size_t position = 0;
  if (!find_position(registers[ip[2]], items.size(), position)) [[unlikely]]
    return false;
  registers[ip[3]] = items[position];
  release_marked(registers, ip[1]);
  return true;
}

inline bool list_length(Value* registers, const Word* ip) {
  const Value& list = marked(registers, ip[1]);
  if (!list.is_list()) [[unlikely]]
    return false;
  registers[ip[3]] = static_cast<std::int64_t>(static_cast<const ListBox*>(list.box())->items.size());
  release_marked(registers, ip[1]);
  return true;
}

// Puts into `to` what `from` holds, without a reference: for the borrowing register, which never releases anything.
inline void borrow(Value& to, const Value& from) { std::memcpy(static_cast<void*>(&to), &from, sizeof from); }

inline bool borrow_item(Value* registers, const Word* ip) {
  const Value& list = registers[ip[1]];
  if (!list.is_list()) [[unlikely]]
    return false;
  const std::vector<Value>& items = static_cast<const ListBox*>(list.box())->items;
  std::size_t position = 0;
  if (!find_position(registers[ip[2]], items.size(), position)) [[unlikely]]
    return false;
  borrow(registers[ip[5]], items[position]);
  return true;
}

// These two may throw: looking for a key hashes it.
inline bool dict_item(Value* registers, const Word* ip) {
  const Value& dict = marked(registers, ip[1]);
  if (!dict.is_dict()) [[unlikely]]
    return false;
  const Value* item = static_cast<const DictBox*>(dict.box())->find(marked(registers, ip[2]));
  if (!item) [[unlikely]]
    return false;
  Value found = *item;
  release_marked(registers, ip[1]);
  release_marked(registers, ip[2]);
  registers[ip[3]] = std::move(found);
  return true;
}

inline Answer dict_contains(Value* registers, const Word* ip) {
  const Value& dict = marked(registers, ip[1]);
  if (!dict.is_dict()) [[unlikely]]
    return Answer::kAskOp;
  const bool found = static_cast<const DictBox*>(dict.box())->find(marked(registers, ip[2])) != nullptr;
  release_marked(registers, ip[1]);
  release_marked(registers, ip[2]);
  return found ? Answer::kTrue : Answer::kFalse;
}

// The string in a register, if its bytes are characters.
inline const std::string* ascii_text(const Value& v) {
  if (!v.is_string()) [[unlikely]]
    return nullptr;
  const auto* box = static_cast<const StringBox*>(v.box());
  return box->is_ascii() ? &box->text : nullptr;
}

inline bool string_item(Value* registers, const Word* ip) {
  const std::string* text = ascii_text(marked(registers, ip[1]));
  std::size_t position = 0;
  if (!text || !find_position(registers[ip[2]], text->size(), position)) [[unlikely]]
    return false;
  registers[ip[3]] = Value(std::string_view(text->data() + position, 1));
  release_marked(registers, ip[1]);
  return true;
}

inline bool string_length(Value* registers, const Word* ip) {
  const std::string* text = ascii_text(marked(registers, ip[1]));
  if (!text) [[unlikely]]
    return false;
  registers[ip[3]] = static_cast<std::int64_t>(text->size());
  release_marked(registers, ip[1]);
  return true;
}

// `wanted`: what is true of equal strings.
inline Answer compare_strings(Value* registers, const Word* ip, bool wanted) {
  const Value& a = marked(registers, ip[1]);
  const Value& b = marked(registers, ip[2]);
  if (!a.is_string() || !b.is_string()) [[unlikely]]
    return Answer::kAskOp;
  const bool equal = a.box() == b.box() || a.to_string() == b.to_string();
  release_marked(registers, ip[1]);
  release_marked(registers, ip[2]);
  return equal == wanted ? Answer::kTrue : Answer::kFalse;
}

}  // namespace portfire::instructions
