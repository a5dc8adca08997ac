// Reads the primitive encodings of the program format out of a span, never beyond it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portfire/error.h"

namespace portfire {

class ByteReader {
 public:
  // `what` names the bytes in errors: "section types".
  ByteReader(std::span<const std::byte> bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

  std::size_t left() const noexcept { return bytes_.size() - at_; }
  bool at_end() const noexcept { return left() == 0; }

  std::uint8_t u8() {
    need(1);
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  double f64() { return std::bit_cast<double>(fixed(8)); }
  std::uint64_t var();
  std::int64_t svar() {
    const std::uint64_t z = var();
    return static_cast<std::int64_t>((z >> 1U) ^ (~(z & 1U) + 1U));
  }
  // A var that must fit 32 bits: indices, counts of registers, code words.
  std::uint32_t index();
  // The count of a list whose items take at least `item_bytes` each: never more than what is left can hold.
  std::size_t count(std::size_t item_bytes = 1);
  std::string_view text(std::size_t length);
  std::span<const std::byte> bytes(std::size_t length);

  std::vector<std::uint32_t> index_list();

  // list(X): one call of `read` per item.
  template <typename T, typename Read>
  std::vector<T> list(Read&& read, std::size_t item_bytes = 1) {
    const std::size_t n = count(item_bytes);
    std::vector<T> items;
    items.reserve(n < kMaxReserve ? n : kMaxReserve);
    for (std::size_t i = 0; i < n; ++i) items.push_back(read(*this));
    return items;
  }

  [[noreturn]] void fail(const std::string& reason) const;

 private:
  // A hostile count of large records may claim many times its own size in memory: grow as items really come.
  static constexpr std::size_t kMaxReserve = 4096;

  void need(std::size_t n) const {
    if (left() < n) fail("it ends too early");
  }
  std::uint64_t fixed(std::size_t n);

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::string what_;
};

}  // namespace portfire
