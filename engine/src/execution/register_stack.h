// Memory for the registers of frames: a stack in blocks that never move.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "portfire/value.h"

namespace portfire {

// The first registers lie in the object itself, so that a small call allocates nothing.
class RegisterStack {
 public:
  // What `pop` needs to undo a `push`.
  struct Mark {
    Value* top;
    std::size_t block;
  };

  RegisterStack() : top_(reinterpret_cast<Value*>(inline_)), end_(top_ + kInlineRegisters) {}
  RegisterStack(const RegisterStack&) = delete;
  RegisterStack& operator=(const RegisterStack&) = delete;

  Mark mark() const noexcept { return {top_, block_}; }
  // `count` registers, all None. Throws Error(kLimit) when the frames take too much memory.
  Value* push(std::size_t count) {
    if (count > static_cast<std::size_t>(end_ - top_)) [[unlikely]]
      grow(count);
    Value* registers = top_;
    std::memset(static_cast<void*>(registers), 0, count * sizeof(Value));  // Tag::kNone is 0
    top_ += count;
    return registers;
  }
  // The registers must hold no references any more.
  void pop(Mark mark) noexcept {
    top_ = mark.top;
    if (block_ != mark.block) [[unlikely]]
      return_to(mark.block);
  }

 private:
  static constexpr std::size_t kInlineRegisters = 96;
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size = 0;  // in registers
  };

  void grow(std::size_t count);
  void return_to(std::size_t block) noexcept;

  alignas(Value) std::byte inline_[kInlineRegisters * sizeof(Value)];
  Value* top_;
  Value* end_;
  std::size_t block_ = 0;  // 0: inline; i: blocks_[i - 1]
  std::vector<Block> blocks_;
};

}  // namespace portfire
