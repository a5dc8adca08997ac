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
  // Whether dropping `v` would run the destructor of a container that may hold further ones.
  static bool is_nested(const Value& v) noexcept {
    switch (v.tag()) {
      case Tag::kList:
      case Tag::kTuple:
      case Tag::kDict:
      case Tag::kObject:
        return v.box()->is_unique();
      default:
        return false;
    }
  }
  static void take_apart_all(std::span<Value> values) noexcept;
  void take_apart(Box* box, Tag tag);
  void collect(std::span<Value> values);
  void run();

  std::vector<Value> pending_;
};

}  // namespace portfire
