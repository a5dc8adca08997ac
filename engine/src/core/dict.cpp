// Dicts in insertion order: entries in a vector, and their positions in a hash table with linear probing.
#include <bit>

#include "portfire/value.h"

namespace portfire {
namespace {

constexpr std::size_t kSmall = 8;  // so many entries are searched one by one
constexpr std::uint32_t kFree = ~std::uint32_t{0};
constexpr std::uint32_t kErased = kFree - 1;
constexpr std::size_t kMostEntries = kErased;

// Multiplication spreads the hashes of neighbouring ints, which are neighbours; the upper bits are the best.
std::size_t place_of(std::size_t hash, std::size_t places) noexcept {
  return (hash * 0x9e3779b97f4a7c15ULL) >> (static_cast<unsigned>(std::countl_zero(places)) + 1U);
}

bool same_key(const Value& a, const Value& b) {
  if (a.is_same(b)) return true;
  if (a.is_int() && b.is_int()) return false;
  if (a.is_string() && b.is_string()) return a.to_string() == b.to_string();
  return KeyEqual()(a, b);
}

}  // namespace

std::uint32_t DictBox::position_of(const Value& k, std::size_t hash) const {
  if (index_.empty()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (entry.hash == hash && entry.live && same_key(entry.key, k)) return static_cast<std::uint32_t>(i);
    }
    return kNowhere;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t place = place_of(hash, index_.size());; place = (place + 1) & mask) {
    const std::uint32_t position = index_[place];
    if (position == kFree) return kNowhere;
    if (position == kErased) continue;
    const Entry& entry = entries_[position];
    if (entry.hash == hash && same_key(entry.key, k)) return position;
  }
}

const Value* DictBox::find(const Value& k) const {
  if (live_ == 0) {
    if (!k.is_string() && !k.is_int()) KeyHash()(k);  // an unhashable key is an error in an empty dict, too
    return nullptr;
  }
  const std::uint32_t position = position_of(k, KeyHash()(k));
  return position == kNowhere ? nullptr : &entries_[position].value;
}

void DictBox::set(Value k, Value v) {
  const std::size_t hash = KeyHash()(k);
  if (const std::uint32_t position = position_of(k, hash); position != kNowhere) {
    entries_[position].value = std::move(v);
    return;
  }
  if (entries_.size() == kMostEntries) throw Error(ErrorCode::kLimit, "MemoryError", "a dict has too many entries");
  if (index_.empty() ? entries_.size() == kSmall : 2 * (occupied_ + 1) > index_.size()) squeeze();
  entries_.push_back({std::move(k), std::move(v), hash, true});
  ++live_;
  if (index_.empty()) {
    if (entries_.size() > kSmall) rebuild_index(entries_.size());
  } else {
    add_to_index(hash, static_cast<std::uint32_t>(entries_.size() - 1));
  }
}

bool DictBox::erase(const Value& k) {
  const std::uint32_t position = position_of(k, KeyHash()(k));
  if (position == kNowhere) return false;
  forget(position);
  Entry& entry = entries_[position];
  const Entry dropped = std::exchange(entry, Entry{Value(), Value(), 0, false});  // dies last: `k` may lie in it
  --live_;
  while (!entries_.empty() && !entries_.back().live) entries_.pop_back();
  if (entries_.size() >= kSmall && entries_.size() > 2 * live_) squeeze();
  return true;
}

void DictBox::forget(std::uint32_t position) noexcept {
  if (index_.empty()) return;
  const std::size_t mask = index_.size() - 1;
  std::size_t place = place_of(entries_[position].hash, index_.size());
  while (index_[place] != position) place = (place + 1) & mask;
  index_[place] = kErased;
}

// Closes the holes, and makes the index fit what is left and as much again.
void DictBox::squeeze() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].live) continue;
    if (kept != i) entries_[kept] = std::move(entries_[i]);
    ++kept;
  }
  entries_.resize(kept);
  if (kept > kSmall || !index_.empty()) rebuild_index(kept + 1);
}

void DictBox::rebuild_index(std::size_t count) {
  index_.assign(std::bit_ceil(std::max(4 * count, 4 * kSmall)), kFree);
  occupied_ = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].live) add_to_index(entries_[i].hash, static_cast<std::uint32_t>(i));
  }
}

void DictBox::add_to_index(std::size_t hash, std::uint32_t position) noexcept {
  const std::size_t mask = index_.size() - 1;
  std::size_t place = place_of(hash, index_.size());
  while (index_[place] != kFree) place = (place + 1) & mask;
  index_[place] = position;
  ++occupied_;
}

void DictBox::reserve(std::size_t count) {
  entries_.reserve(count);
  if (count > kSmall && 2 * count > index_.size()) rebuild_index(count);
}

void DictBox::clear() {
  std::vector<Entry> dropped;
  dropped.swap(entries_);
  index_.clear();
  occupied_ = live_ = 0;
}

}  // namespace portfire
