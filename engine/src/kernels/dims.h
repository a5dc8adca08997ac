// Sizes and strides: a short vector of int64 that needs no heap up to rank 6.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace portfire::kernels {

class Dims {
 public:
  Dims() = default;
  explicit Dims(std::size_t n, std::int64_t fill = 0) { resize(n, fill); }
  Dims(std::initializer_list<std::int64_t> v) : Dims(std::span<const std::int64_t>(v.begin(), v.size())) {}
  Dims(std::span<const std::int64_t> v) {  // NOLINT: sizes convert implicitly
    reserve(v.size());
    std::copy(v.begin(), v.end(), data_);
    size_ = v.size();
  }
  Dims(const std::vector<std::int64_t>& v) : Dims(std::span<const std::int64_t>(v)) {}  // NOLINT
  Dims(const Dims& o) : Dims(o.span()) {}
  Dims(Dims&& o) noexcept { take(o); }
  Dims& operator=(const Dims& o) {
    if (this != &o) *this = Dims(o);
    return *this;
  }
  Dims& operator=(Dims&& o) noexcept {
    if (this != &o) take(o);
    return *this;
  }
  ~Dims() = default;

  std::size_t size() const noexcept { return size_; }
  std::int64_t rank() const noexcept { return static_cast<std::int64_t>(size_); }
  bool empty() const noexcept { return size_ == 0; }
  std::int64_t& operator[](std::int64_t i) noexcept { return data_[i]; }
  std::int64_t operator[](std::int64_t i) const noexcept { return data_[i]; }
  std::int64_t* begin() noexcept { return data_; }
  std::int64_t* end() noexcept { return data_ + size_; }
  const std::int64_t* begin() const noexcept { return data_; }
  const std::int64_t* end() const noexcept { return data_ + size_; }
  std::int64_t back() const noexcept { return data_[size_ - 1]; }
  std::int64_t& back() noexcept { return data_[size_ - 1]; }
  std::span<const std::int64_t> span() const noexcept { return {data_, size_}; }
  operator std::span<const std::int64_t>() const noexcept { return span(); }  // NOLINT

  void resize(std::size_t n, std::int64_t fill = 0) {
    reserve(n);
    for (std::size_t i = size_; i < n; ++i) data_[i] = fill;
    size_ = n;
  }
  void push_back(std::int64_t v) {
    reserve(size_ + 1);
    data_[size_++] = v;
  }
  void insert(std::int64_t at, std::int64_t v) {
    push_back(v);
    std::rotate(data_ + at, data_ + size_ - 1, data_ + size_);
  }
  void erase(std::int64_t at) {
    std::copy(data_ + at + 1, data_ + size_, data_ + at);
    --size_;
  }
  void append(std::span<const std::int64_t> v) {
    for (const std::int64_t x : v) push_back(x);
  }
  bool operator==(const Dims& o) const noexcept { return std::equal(begin(), end(), o.begin(), o.end()); }

 private:
  static constexpr std::size_t kInline = 6;
  void reserve(std::size_t n) {
    if (n <= capacity_) return;
    const std::size_t capacity = std::max(n, capacity_ * 2);
    auto grown = std::make_unique<std::int64_t[]>(capacity);
    std::copy(data_, data_ + size_, grown.get());
    heap_ = std::move(grown);
    data_ = heap_.get();
    capacity_ = capacity;
  }
  void take(Dims& o) noexcept {
    size_ = o.size_;
    if (o.heap_) {
      heap_ = std::move(o.heap_);
      data_ = heap_.get();
      capacity_ = o.capacity_;
      o.data_ = o.inline_;
      o.capacity_ = kInline;
    } else {
      heap_.reset();
      data_ = inline_;
      capacity_ = kInline;
      std::copy(o.data_, o.data_ + size_, data_);
    }
    o.size_ = 0;
  }

  std::int64_t inline_[kInline] = {};
  std::int64_t* data_ = inline_;
  std::size_t size_ = 0;
  std::size_t capacity_ = kInline;
  std::unique_ptr<std::int64_t[]> heap_;
};

// The product of the sizes. Throws Error if it does not fit in 63 bits.
std::int64_t element_count(std::span<const std::int64_t> sizes);
// Strides of a row-major tensor.
Dims contiguous_strides(std::span<const std::int64_t> sizes);
// "[2, 3]", as messages print shapes.
std::string shape_text(std::span<const std::int64_t> sizes);
// The shape both broadcast to. Throws as ATen does on a mismatch.
Dims broadcast_shapes(std::span<const std::int64_t> a, std::span<const std::int64_t> b);
// A dimension counted from the end made positive. Throws IndexError outside [-rank, rank). Rank 0 counts as 1.
std::int64_t wrap_dim(std::int64_t dim, std::int64_t rank);

}  // namespace portfire::kernels
