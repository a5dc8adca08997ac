// Intrusive reference counting: the base of everything a Value can point to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "portfire/export.h"

namespace portfire {

// A heap object with an atomic reference count, born with one reference. Small ones are recycled, thread by thread
// (core/box_memory.cpp): programs make and drop many of a few sizes.
class PORTFIRE_EXPORT Box {
 public:
  Box() = default;
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  virtual ~Box();

  static void* operator new(std::size_t size);
  static void* operator new(std::size_t, void* place) noexcept { return place; }
  static void operator delete(void* memory, std::size_t size) noexcept;
  static void operator delete(void*, void*) noexcept {}

  void retain() const noexcept {
    if (refs_.load(std::memory_order_relaxed) < kEternal) [[likely]]
      refs_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() const noexcept {
    const std::uint32_t refs = refs_.load(std::memory_order_acquire);
    if (refs == 1) {
      delete this;
    } else if (refs < kEternal) [[likely]] {
      if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
  }
  // From now on it is shared by everybody, never counted and never destroyed. Before another thread sees it.
  void make_eternal() noexcept { refs_.store(kEternal, std::memory_order_relaxed); }
  // Whether the caller's reference is the only one: then it may change the object in place.
  bool is_unique() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

 private:
  static constexpr std::uint32_t kEternal = std::uint32_t{1} << 31U;
  mutable std::atomic<std::uint32_t> refs_{1};
};

// An owning pointer to a Box.
template <typename T>
class Ref {
 public:
  Ref() = default;
  // Takes over the caller's reference.
  static Ref adopt(T* p) noexcept {
    Ref r;
    r.p_ = p;
    return r;
  }
  // Adds a reference.
  static Ref share(T* p) noexcept {
    if (p) p->retain();
    return adopt(p);
  }
  Ref(const Ref& o) noexcept : p_(o.p_) {
    if (p_) p_->retain();
  }
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <typename U>
  Ref(Ref<U> o) noexcept : p_(o.detach()) {}  // NOLINT: up-casts are implicit
  Ref& operator=(Ref o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~Ref() {
    if (p_) p_->release();
  }

  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  // Gives the reference to the caller.
  T* detach() noexcept { return std::exchange(p_, nullptr); }

 private:
  T* p_ = nullptr;
};

template <typename T, typename... Args>
Ref<T> make_box(Args&&... args) {
  return Ref<T>::adopt(new T(std::forward<Args>(args)...));
}

}  // namespace portfire
