// Dicts in insertion order: entries in a vector, positions in a hash index.
#include "portfire/value.h"

namespace portfire {

const Value* DictBox::find(const Value& k) const {
  const auto it = index_.find(k);
  return it == index_.end() ? nullptr : &entries_[it->second].value;
}

void DictBox::set(Value k, Value v) {
  const auto it = index_.find(k);
  if (it != index_.end()) {
    entries_[it->second].value = std::move(v);
    return;
  }
  entries_.push_back({k, std::move(v)});
  try {
    index_.emplace(std::move(k), entries_.size() - 1);
  } catch (...) {
    entries_.pop_back();
    throw;
  }
}

bool DictBox::erase(const Value& k) {
  const auto it = index_.find(k);
  if (it == index_.end()) return false;
  Entry& entry = entries_[it->second];
  const Entry dropped = std::exchange(entry, Entry{Value(), Value(), false});  // dies last: `k` may lie in it
  index_.erase(it);
  if (entries_.size() >= 8 && entries_.size() > 2 * index_.size()) squeeze();
  return true;
}

void DictBox::squeeze() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].live) continue;
    if (kept != i) {
      index_.at(entries_[i].key) = kept;
      entries_[kept] = std::move(entries_[i]);
    }
    ++kept;
  }
  entries_.resize(kept);
}

void DictBox::clear() {
  std::vector<Entry> dropped;
  dropped.swap(entries_);
  index_.clear();
}

}  // namespace portfire
