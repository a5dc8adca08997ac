// Objects and what the engine knows of their classes.
#include "portfire/object.h"

#include "core/dismantle.h"
#include "portfire/program.h"

namespace portfire {
namespace {

[[noreturn]] void throw_no_attribute(const ClassInfo& cls, std::string_view name) {
  throw Error(ErrorCode::kNotFound, "AttributeError",
              "'" + cls.name() + "' object has no attribute '" + std::string(name) + "'");
}

}  // namespace

std::uint32_t ClassInfo::slot_of(std::string_view attribute) const {
  const auto it = slots_.find(attribute);
  return it == slots_.end() ? kNoSlot : it->second;
}

const Function* ClassInfo::find_method(std::string_view method) const noexcept {
  const auto it = method_index_.find(method);
  return it == method_index_.end() ? nullptr : it->second;
}

Object::Object(const ClassInfo& cls, std::shared_ptr<const Program> owner)
    : class_(&cls), owner_(std::move(owner)), slots_(cls.attributes().size()) {}

Object::~Object() { Dismantler::drop(slots_); }

std::shared_ptr<const Program> Object::program() const {
  return owner_ ? owner_ : class_->program().shared_from_this();
}

const Value& Object::get(std::string_view name) const {
  const std::uint32_t slot = class_->slot_of(name);
  if (slot == ClassInfo::kNoSlot) throw_no_attribute(*class_, name);
  return slots_[slot];
}

void Object::set(std::string_view name, Value value) {
  const std::uint32_t slot = class_->slot_of(name);
  if (slot == ClassInfo::kNoSlot) throw_no_attribute(*class_, name);
  slots_[slot] = std::move(value);
}

std::vector<std::string> Object::attribute_names() const {
  std::vector<std::string> names;
  for (const AttributeInfo& a : class_->attributes()) names.push_back(a.name);
  return names;
}

const Function& Object::method(std::string_view name) const {
  const Function* f = find_method(name);
  if (!f) throw_no_attribute(*class_, name);
  return *f;
}

}  // namespace portfire
