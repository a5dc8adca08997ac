// Finds the records of a zip archive in memory. Stored (uncompressed) entries only: records are used where they lie.
//
// Reads the central directory, zip64 included. Every offset is checked against the file before it is followed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "archive/byte_reader.h"

namespace portfire {

class ZipReader {
 public:
  // `bytes` must outlive the reader. Throws Error(kBadArchive).
  explicit ZipReader(std::span<const std::byte> bytes);

  // Names in the order of the directory.
  const std::vector<std::string>& names() const noexcept { return names_; }
  bool has(const std::string& name) const { return entries_.contains(name); }
  // The record's bytes. Throws Error(kBadArchive) if it is missing, compressed, encrypted or beyond the file.
  std::span<const std::byte> record(const std::string& name) const;
  // The same, after its CRC-32 was compared.
  std::span<const std::byte> checked_record(const std::string& name) const;

 private:
  struct Entry {
    std::uint64_t offset = 0;  // of the local header
    std::uint64_t stored_size = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
  };
  struct Directory {
    std::uint64_t count = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
  };

  std::uint64_t little_endian(std::uint64_t at, unsigned count) const;
  std::uint64_t find_end() const;
  Directory read_end() const;
  Directory read_zip64_end(std::uint64_t end) const;
  std::uint64_t read_entry(std::uint64_t at);
  void read_zip64_extra(Entry& entry, std::uint64_t at, std::uint64_t length) const;

  std::span<const std::byte> bytes_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace portfire
