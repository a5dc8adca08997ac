// Objects: instances of the program's classes, modules among them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portfire/value.h"

namespace portfire {

class Function;
class Program;

enum class AttributeKind : std::uint8_t { kAttribute = 0, kParameter = 1, kBuffer = 2, kSubmodule = 3 };

struct AttributeInfo {
  std::string name;
  TypePtr type;
  AttributeKind kind = AttributeKind::kAttribute;
};

struct MethodInfo {
  std::string name;
  const Function* function = nullptr;
};

struct PropertyInfo {
  std::string name;
  std::string getter;
  std::string setter;  // empty: read only
};

// A class of a program. Immutable; lives as long as the program.
class PORTFIRE_EXPORT ClassInfo {
 public:
  static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};

  const std::string& name() const noexcept { return name_; }
  bool is_module() const noexcept { return is_module_; }
  const std::vector<AttributeInfo>& attributes() const noexcept { return attributes_; }  // in slot order
  const std::vector<MethodInfo>& methods() const noexcept { return methods_; }
  const std::vector<PropertyInfo>& properties() const noexcept { return properties_; }
  // Qualified names of the direct bases, such as "Exception".
  const std::vector<std::string>& bases() const noexcept { return bases_; }
  const TypePtr& type() const noexcept { return type_; }
  const Program& program() const noexcept { return *program_; }

  std::uint32_t slot_of(std::string_view attribute) const;              // kNoSlot if absent
  const Function* find_method(std::string_view method) const noexcept;  // nullptr if absent
  std::uint32_t id() const noexcept { return id_; }                     // its number in the program

 private:
  friend class ClassBuilder;
  std::string name_;
  bool is_module_ = false;
  std::uint32_t id_ = 0;
  std::vector<AttributeInfo> attributes_;
  std::vector<MethodInfo> methods_;
  std::vector<PropertyInfo> properties_;
  std::vector<std::string> bases_;
  TypePtr type_;
  const Program* program_ = nullptr;
  std::unordered_map<std::string_view, std::uint32_t> slots_;
  std::unordered_map<std::string_view, const Function*> method_index_;
};

// An instance: its class and one value per attribute. It keeps its program alive; only objects that are constants of
// the program's own code do not (the program keeps them), so hold `program()` beside an object of unknown origin.
// Reading from several threads is safe; setting an attribute while another thread uses it is the caller's race.
class PORTFIRE_EXPORT Object final : public Box {
 public:
  // All attributes None. `owner`: null for an object that the program itself owns.
  Object(const ClassInfo& cls, std::shared_ptr<const Program> owner);
  ~Object() override;

  const ClassInfo& class_info() const noexcept { return *class_; }
  const std::string& class_name() const noexcept { return class_->name(); }
  std::shared_ptr<const Program> program() const;

  // Throws Error(kNotFound, "AttributeError") if there is no such attribute.
  const Value& get(std::string_view name) const;
  void set(std::string_view name, Value value);
  bool has(std::string_view name) const { return class_->slot_of(name) != ClassInfo::kNoSlot; }
  std::vector<std::string> attribute_names() const;

  // By number, below class_info().attributes().size(): unchecked.
  const Value& slot(std::size_t i) const noexcept { return slots_[i]; }
  void set_slot(std::size_t i, Value value) noexcept { slots_[i] = std::move(value); }

  // The method, to be called with this object as first argument. `method` throws Error(kNotFound), find gives nullptr.
  const Function& method(std::string_view name) const;
  const Function* find_method(std::string_view name) const noexcept { return class_->find_method(name); }

 private:
  friend class Dismantler;  // core/dismantle.h
  const ClassInfo* class_;
  std::shared_ptr<const Program> owner_;
  ValueArray slots_;
};

}  // namespace portfire
