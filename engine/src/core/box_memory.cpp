// Memory of boxes: each thread keeps what its boxes leave, by size, for the next ones.
//
// A box may be dropped by another thread than made it: its memory then serves that one. What a thread keeps is bounded,
// and goes back to the allocator when the thread ends.
#include <array>
#include <cstddef>
#include <new>

#include "portfire/box.h"

namespace portfire {
namespace {

constexpr std::size_t kStep = 16;
constexpr std::size_t kLargest = 128;
constexpr std::uint32_t kMostKept = 2048;  // per size

struct Block {
  Block* next;
};

enum class State : std::uint8_t { kNew, kOpen, kClosed };

struct Shelf {
  Block* first;
  std::uint32_t count;
};

// Without constructor and destructor: boxes are still dropped while a thread's other variables are destroyed.
struct Store {
  std::array<Shelf, kLargest / kStep> shelves;
  State state;
};

constinit thread_local Store store{};

struct Closer {
  ~Closer() {
    store.state = State::kClosed;
    for (Shelf& shelf : store.shelves) {
      while (Block* block = shelf.first) {
        shelf.first = block->next;
        ::operator delete(block);
      }
    }
  }
};

// Whether this thread keeps memory; if it has not begun to, it does now.
bool open() {
  if (store.state == State::kClosed) return false;
  thread_local const Closer closer;
  (void)closer;
  store.state = State::kOpen;
  return true;
}

std::size_t shelf_of(std::size_t size) { return (size - 1) / kStep; }

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycles = false;  // the sanitizer is to see every box come and go
#else
constexpr bool kRecycles = true;
#endif

}  // namespace

void* Box::operator new(std::size_t size) {
  if (!kRecycles || size > kLargest) return ::operator new(size);
  const std::size_t number = shelf_of(size);
  Shelf& shelf = store.shelves[number];
  if (Block* block = shelf.first) [[likely]] {
    shelf.first = block->next;
    --shelf.count;
    return block;
  }
  return ::operator new((number + 1) * kStep);
}

void Box::operator delete(void* memory, std::size_t size) noexcept {
  if (!kRecycles || size > kLargest) return ::operator delete(memory);
  Shelf& shelf = store.shelves[shelf_of(size)];
  if (shelf.count >= kMostKept || (store.state != State::kOpen && !open())) [[unlikely]]
    return ::operator delete(memory);
  auto* block = static_cast<Block*>(memory);
  block->next = shelf.first;
  shelf.first = block;
  ++shelf.count;
}

}  // namespace portfire
