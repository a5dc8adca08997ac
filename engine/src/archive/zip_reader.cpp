#include "archive/zip_reader.h"

#include "archive/crc32.h"

namespace portfire {
namespace {

constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
constexpr std::uint64_t kEndSize = 22;
constexpr std::uint64_t kEntrySize = 46;
constexpr std::uint64_t kLocalSize = 30;
constexpr std::uint64_t kZip64LocatorSize = 20;
constexpr std::uint64_t kMaxComment = 65535;
constexpr std::uint64_t kIn64 = 0xffffffff;  // the real number is in a zip64 field

[[noreturn]] void fail(const std::string& reason) {
  throw Error(ErrorCode::kBadArchive, "not a model archive: " + reason);
}

}  // namespace

std::uint64_t ZipReader::little_endian(std::uint64_t at, unsigned count) const {
  if (at > bytes_.size() || bytes_.size() - at < count) fail("the zip directory points beyond the file");
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(bytes_[at + i]) << (8 * i);
  return value;
}

ZipReader::ZipReader(std::span<const std::byte> bytes) : bytes_(bytes) {
  const Directory directory = read_end();
  if (directory.count > bytes_.size() / kEntrySize) fail("the zip directory claims more records than fit the file");
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.count; ++i) at = read_entry(at);
}

std::uint64_t ZipReader::find_end() const {
  if (bytes_.size() < kEndSize) fail("the file is too short");
  const std::uint64_t last = bytes_.size() - kEndSize;
  const std::uint64_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::uint64_t at = last + 1; at-- > first;) {
    if (little_endian(at, 4) == kEndSignature) return at;
  }
  fail("the file is no zip archive, or it is cut off");
}

ZipReader::Directory ZipReader::read_end() const {
  const std::uint64_t end = find_end();
  Directory d{little_endian(end + 10, 2), little_endian(end + 12, 4), little_endian(end + 16, 4)};
  const bool needs_zip64 = d.count == 0xffff || d.size == kIn64 || d.offset == kIn64;
  return needs_zip64 ? read_zip64_end(end) : d;
}

ZipReader::Directory ZipReader::read_zip64_end(std::uint64_t end) const {
  if (end < kZip64LocatorSize) fail("its zip64 directory is missing");
  const std::uint64_t locator = end - kZip64LocatorSize;
  if (little_endian(locator, 4) != kZip64LocatorSignature) fail("its zip64 directory is missing");
  const std::uint64_t at = little_endian(locator + 8, 8);
  if (little_endian(at, 4) != kZip64EndSignature) fail("its zip64 directory is damaged");
  return {little_endian(at + 32, 8), little_endian(at + 40, 8), little_endian(at + 48, 8)};
}

// Reads one entry of the directory; returns where the next one begins.
std::uint64_t ZipReader::read_entry(std::uint64_t at) {
  if (little_endian(at, 4) != kEntrySignature) fail("its directory is damaged");
  Entry entry;
  entry.flags = static_cast<std::uint16_t>(little_endian(at + 8, 2));
  entry.method = static_cast<std::uint16_t>(little_endian(at + 10, 2));
  entry.crc = static_cast<std::uint32_t>(little_endian(at + 16, 4));
  entry.stored_size = little_endian(at + 20, 4);
  entry.size = little_endian(at + 24, 4);
  const std::uint64_t name_length = little_endian(at + 28, 2);
  const std::uint64_t extra_length = little_endian(at + 30, 2);
  const std::uint64_t comment_length = little_endian(at + 32, 2);
  entry.offset = little_endian(at + 42, 4);
  const std::uint64_t name_at = at + kEntrySize;
  if (name_at > bytes_.size() || bytes_.size() - name_at < name_length + extra_length) fail("its directory is cut off");
  std::string name(reinterpret_cast<const char*>(bytes_.data() + name_at), name_length);
  read_zip64_extra(entry, name_at + name_length, extra_length);
  if (!entries_.emplace(name, entry).second) fail("two records are named '" + name + "'");
  names_.push_back(std::move(name));
  return name_at + name_length + extra_length + comment_length;
}

void ZipReader::read_zip64_extra(Entry& entry, std::uint64_t at, std::uint64_t length) const {
  const std::uint64_t end = at + length;
  while (end - at >= 4) {
    const std::uint64_t id = little_endian(at, 2);
    const std::uint64_t size = little_endian(at + 2, 2);
    at += 4;
    if (size > end - at) fail("a record's extra field is damaged");
    if (id == 1) {
      std::uint64_t field = at;
      const auto replace = [&](std::uint64_t& value) {
        if (value != kIn64) return;
        if (at + size - field < 8) fail("a record's zip64 field is damaged");
        value = little_endian(field, 8);
        field += 8;
      };
      replace(entry.size);
      replace(entry.stored_size);
      replace(entry.offset);
      return;
    }
    at += size;
  }
}

std::span<const std::byte> ZipReader::record(const std::string& name) const {
  const auto it = entries_.find(name);
  if (it == entries_.end()) fail("the record '" + name + "' is missing");
  const Entry& e = it->second;
  if ((e.flags & 1U) != 0) fail("the record '" + name + "' is encrypted");
  if (e.method != 0 || e.stored_size != e.size) {
    fail("the record '" + name + "' is compressed; models are stored without compression");
  }
  if (little_endian(e.offset, 4) != kLocalSignature) fail("the record '" + name + "' is damaged");
  const std::uint64_t skip = kLocalSize + little_endian(e.offset + 26, 2) + little_endian(e.offset + 28, 2);
  const std::uint64_t left = bytes_.size() - e.offset;
  if (skip > left || e.size > left - skip) fail("the record '" + name + "' is cut off");
  return bytes_.subspan(e.offset + skip, e.size);
}

std::span<const std::byte> ZipReader::checked_record(const std::string& name) const {
  const std::span<const std::byte> bytes = record(name);
  if (crc32(bytes) != entries_.at(name).crc) fail("the record '" + name + "' does not match its checksum");
  return bytes;
}

}  // namespace portfire
