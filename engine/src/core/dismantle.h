// Destroys nested containers without recursion. The destructors of containers end here.
#pragma once

#include <vector>

#include "portfire/value.h"

namespace portfire {

class Dismantler {
 public:
  // Drops all values; those that are the last reference to a container are taken apart one after the other.
  static void drop(std::vector<Value>& values) noexcept;
  static void drop(std::vector<DictBox::Entry>& entries) noexcept;

 private:
  static bool is_nested(const Value& v) noexcept;
  void take_apart(Box* box, Tag tag);
  void collect(std::vector<Value>& values);
  void run();

  std::vector<Value> pending_;
};

}  // namespace portfire
