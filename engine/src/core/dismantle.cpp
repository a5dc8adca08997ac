#include "core/dismantle.h"

#include <algorithm>

#include "portfire/object.h"

namespace portfire {

bool Dismantler::holds_containers(const Box* box, Tag tag) noexcept {
  switch (tag) {
    case Tag::kList: {
      const std::vector<Value>& items = static_cast<const ListBox*>(box)->items;
      return std::any_of(items.begin(), items.end(), is_container);
    }
    case Tag::kTuple: {
      const ValueArray& items = static_cast<const TupleBox*>(box)->items;
      return std::any_of(items.begin(), items.end(), is_container);
    }
    case Tag::kObject: {
      const ValueArray& slots = static_cast<const Object*>(box)->slots_;
      return std::any_of(slots.begin(), slots.end(), is_container);
    }
    case Tag::kDict: {
      const std::vector<DictBox::Entry>& entries = static_cast<const DictBox*>(box)->entries_;
      return std::any_of(entries.begin(), entries.end(), [](const DictBox::Entry& e) { return is_container(e.value); });
    }
    default:
      return false;
  }
}

void Dismantler::collect(std::span<Value> values) {
  for (Value& v : values) {
    if (is_nested(v)) pending_.push_back(std::move(v));
  }
}

void Dismantler::take_apart(Box* box, Tag tag) {
  switch (tag) {
    case Tag::kList:
      return collect(static_cast<ListBox*>(box)->items);
    case Tag::kTuple:
      return collect(static_cast<TupleBox*>(box)->items);
    case Tag::kObject:
      return collect(static_cast<Object*>(box)->slots_);
    case Tag::kDict:
      for (DictBox::Entry& entry : static_cast<DictBox*>(box)->entries_) {
        if (is_nested(entry.value)) pending_.push_back(std::move(entry.value));
      }
      return;
    default:
      return;
  }
}

void Dismantler::run() {
  while (!pending_.empty()) {
    const Value last = std::move(pending_.back());
    pending_.pop_back();
    if (is_nested(last)) take_apart(last.box(), last.tag());
  }
}

void Dismantler::take_apart_all(std::span<Value> values) noexcept {
  Dismantler d;
  try {
    d.collect(values);
    d.run();
  } catch (const std::bad_alloc&) {
    return;  // the rest goes the recursive way
  }
}

void Dismantler::drop(std::vector<DictBox::Entry>& entries) noexcept {
  Dismantler d;
  try {
    for (DictBox::Entry& entry : entries) {
      if (is_nested(entry.value)) d.pending_.push_back(std::move(entry.value));
    }
    d.run();
  } catch (const std::bad_alloc&) {
    return;
  }
}

}  // namespace portfire
