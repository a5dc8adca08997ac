// Writes stored zip archives: for tests of the archive reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "assembler.h"

namespace assembler {

inline std::uint32_t checksum(const Bytes& bytes) {
  std::uint32_t c = 0xffffffffU;
  for (const std::byte b : bytes) {
    c ^= static_cast<std::uint32_t>(b);
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xedb88320U ^ (c >> 1U) : c >> 1U;
  }
  return ~c;
}

class ZipWriter {
 public:
  // Pads the extra field so that the record's bytes lie at a multiple of 64, as model files do.
  ZipWriter& add(const std::string& name, const Bytes& bytes) {
    const auto at = file_.bytes.size();
    const std::size_t unpadded = at + 30 + name.size() + 4;
    const std::size_t padding = (64 - unpadded % 64) % 64;
    const std::uint32_t crc = checksum(bytes);
    file_.fixed(0x04034b50, 4).fixed(20, 2).fixed(0, 2).fixed(0, 2).fixed(0, 4).fixed(crc, 4);
    file_.fixed(bytes.size(), 4).fixed(bytes.size(), 4).fixed(name.size(), 2).fixed(padding + 4, 2).raw(name);
    file_.fixed(0x4246, 2).fixed(padding, 2).raw(std::string(padding, 'Z'));
    file_.bytes.insert(file_.bytes.end(), bytes.begin(), bytes.end());
    directory_.fixed(0x02014b50, 4).fixed(20, 2).fixed(20, 2).fixed(0, 2).fixed(0, 2).fixed(0, 4).fixed(crc, 4);
    directory_.fixed(bytes.size(), 4).fixed(bytes.size(), 4).fixed(name.size(), 2).fixed(0, 2).fixed(0, 2);
    directory_.fixed(0, 2).fixed(0, 2).fixed(0, 4).fixed(at, 4).raw(name);
    ++count_;
    return *this;
  }
  Bytes finish() const {
    Writer out = file_;
    out.append(directory_).fixed(0x06054b50, 4).fixed(0, 4).fixed(count_, 2).fixed(count_, 2);
    out.fixed(directory_.bytes.size(), 4).fixed(file_.bytes.size(), 4).fixed(0, 2);
    return out.bytes;
  }

 private:
  Writer file_;
  Writer directory_;
  unsigned count_ = 0;
};

}  // namespace assembler
