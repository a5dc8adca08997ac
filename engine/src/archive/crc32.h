// The CRC-32 of zip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace portfire {

std::uint32_t crc32(std::span<const std::byte> bytes) noexcept;

}  // namespace portfire
