// Destroys nested containers without recursion. The destructors of containers end here.
#pragma once

#include <span>
#include <vector>

#include "portfire/value.h"

namespace portfire {

class Dismantler {
 public:
  // Drops all values; those that are the last reference to a container are taken apart one after the other.
  static void drop(std::span<Value> values) noexcept {
    for (const Value& v : values) {
      if (is_nested(v)) return take_apart_all(values);
    }
  }
  static void drop(std::vector<DictBox::Entry>& entries) noexcept;

 private:
  // Whether dropping `v` would run the destructor of a container that holds further ones.
  static bool is_nested(const Value& v) noexcept {
    return is_container(v) && v.box()->is_unique() && holds_containers(v.box(), v.tag());
  }
  static bool is_container(const Value& v) noexcept {
    return v.tag() == Tag::kList || v.tag() == Tag::kTuple || v.tag() == Tag::kDict || v.tag() == Tag::kObject;
  }
  static bool holds_containers(const Box* box, Tag tag) noexcept;
  static void take_apart_all(std::span<Value> values) noexcept;
  void take_apart(Box* box, Tag tag);
  void collect(std::span<Value> values);
  void run();

  std::vector<Value> pending_;
};

}  // namespace portfire
