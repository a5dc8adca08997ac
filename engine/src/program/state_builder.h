// Builds the values of a program's constants and the objects among them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "program/linked_program.h"

namespace portfire {

// One consistent set of values: containers and objects are new, strings and tensors are the program's.
class StateBuilder {
 public:
  // `owner`: what the objects keep alive; null for objects that the program itself holds.
  // `wanted`: which constants are needed; none given: all, and the root.
  StateBuilder(const LinkedProgram& program, std::shared_ptr<const Program> owner,
               std::optional<std::vector<bool>> wanted = {});

  void build();
  const Value& constant(Index i) const { return constants_[i]; }
  const Ref<Object>& object(Index i) const { return objects_[i]; }
  std::vector<Value>& constants() noexcept { return constants_; }
  std::vector<Ref<Object>>& objects() noexcept { return objects_; }

 private:
  bool is_wanted(std::size_t i) const { return !wanted_ || (*wanted_)[i]; }
  const Ref<Object>& make_object(Index i);
  Value make(const ConstantRecord& c);
  std::vector<Value> items(const ConstantRecord& c) const;
  Value make_dict(const ConstantRecord& c) const;
  Value make_enum(const ConstantRecord& c) const;
  void fill_objects();

  const LinkedProgram& program_;
  std::shared_ptr<const Program> owner_;
  std::optional<std::vector<bool>> wanted_;
  std::vector<Value> constants_;
  std::vector<Ref<Object>> objects_;
};

// "cuda:1" -> Device. Throws Error(kInvalidProgram) if it is none.
Device parse_device(const std::string& text);

// Which constants are needed where `roots` are: with all that they and the objects among them contain.
std::vector<bool> reachable_constants(const LinkedProgram& program, std::vector<Index> roots);

}  // namespace portfire
