// A file in memory: mapped where the system can, copy-on-write, so that programs may change buffers without changing
// the file.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace portfire {

class MappedFile {
 public:
  // Throws Error(kIo).
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile(std::byte* data, std::size_t size) : data_(data), size_(size) {}
  std::byte* data_;
  std::size_t size_;
};

}  // namespace portfire
