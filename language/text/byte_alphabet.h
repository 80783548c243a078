// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arges::language {

// GPT-2's printable names of the 256 bytes, in which vocabulary and merge files are written: the
// 188 printable Latin-1 characters name themselves, the others take U+0100 onwards in order
// (architecture.md §5.2).
class ByteAlphabet {
 public:
  static const ByteAlphabet& instance();

  // The code point that names a byte.
  std::uint32_t name_of(unsigned char byte) const { return names_[byte]; }
  // The bytes that a written token stands for; nullopt when a character names no byte.
  // Precondition: `written` is UTF-8.
  std::optional<std::string> to_bytes(std::string_view written) const;
  // Bytes in the order of their names: the ids 0..255 of a vocabulary rebuilt from merges.
  const std::array<unsigned char, 256>& bytes_by_name() const { return by_name_; }

 private:
  ByteAlphabet();

  static constexpr std::uint32_t kNameLimit = 0x144;  // one more than the largest name
  std::array<std::uint32_t, 256> names_{};
  std::array<std::int16_t, kNameLimit> bytes_{};
  std::array<unsigned char, 256> by_name_{};
};

}  // namespace arges::language
