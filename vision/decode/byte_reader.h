// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace arges::vision {

using Bytes = std::span<const std::byte>;

// Reads from untrusted bytes. nullopt: the field would lie outside them.

inline std::optional<Bytes> read_bytes(Bytes bytes, std::size_t offset, std::size_t count) {
  if (offset > bytes.size() || count > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, count);
}

// Most significant byte first; count is 1 to 4.
inline std::optional<std::uint32_t> read_big(Bytes bytes, std::size_t offset, std::size_t count) {
  const auto field = read_bytes(bytes, offset, count);
  if (!field) return std::nullopt;
  std::uint32_t value = 0;
  for (std::byte byte : *field) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

// Least significant byte first; count is 1 to 4.
inline std::optional<std::uint32_t> read_little(Bytes bytes, std::size_t offset,
                                                std::size_t count) {
  const auto field = read_bytes(bytes, offset, count);
  if (!field) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint32_t>((*field)[i]);
  }
  return value;
}

}  // namespace arges::vision
