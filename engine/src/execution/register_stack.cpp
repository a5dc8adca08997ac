#include "execution/register_stack.h"

#include <algorithm>

namespace portfire {
namespace {

constexpr std::size_t kFirstBlock = 1024;
constexpr std::size_t kMaxRegisters = std::size_t{1} << 24U;  // 256 MiB

}  // namespace

void RegisterStack::grow(std::size_t count) {
  const std::size_t previous = block_ == 0 ? kFirstBlock / 2 : blocks_[block_ - 1].size;
  const std::size_t size = std::max(count, std::min(2 * previous, kMaxRegisters / 4));
  if (block_ == blocks_.size()) blocks_.emplace_back();
  Block& block = blocks_[block_];  // the next one: numbers begin at 1
  if (block.size < size) {
    std::size_t total = size;
    for (const Block& b : blocks_) total += b.size;
    if (total > kMaxRegisters)
      throw Error(ErrorCode::kLimit, "RecursionError", "the call's frames take too much memory");
    block.memory = std::make_unique_for_overwrite<std::byte[]>(size * sizeof(Value));
    block.size = size;
  }
  ++block_;
  top_ = reinterpret_cast<Value*>(block.memory.get());
  end_ = top_ + block.size;
}

// Blocks are kept: a loop of calls across a block's edge must not allocate each time.
void RegisterStack::return_to(std::size_t block) noexcept {
  block_ = block;
  if (block == 0) {
    end_ = reinterpret_cast<Value*>(inline_) + kInlineRegisters;
  } else {
    end_ = reinterpret_cast<Value*>(blocks_[block - 1].memory.get()) + blocks_[block - 1].size;
  }
}

}  // namespace portfire
