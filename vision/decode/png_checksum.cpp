// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/png_checksum.h"

#include <array>

#include "vision/decode/png_container.h"

namespace arges::vision {
namespace {

// Slicing by 8 (Kounavis and Berry, 2005): table k holds what a byte has become behind k zero
// bytes, so that eight bytes take eight independent look-ups.
constexpr std::size_t kSlices = 8;
using Table = std::array<std::uint32_t, 256>;

constexpr std::array<Table, kSlices> make_tables() {
  std::array<Table, kSlices> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0u);
    tables[0][i] = value;
  }
  for (std::size_t k = 1; k < kSlices; ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr std::array<Table, kSlices> kTables = make_tables();

// Least significant byte first, on every machine.
std::uint32_t word_at(const std::byte* bytes) {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * i;
  return word;
}

// Of four bytes, the last of which has `behind` bytes behind it.
std::uint32_t look_up(std::uint32_t word, std::size_t behind) {
  return kTables[behind + 3][word & 0xFF] ^ kTables[behind + 2][word >> 8 & 0xFF] ^
         kTables[behind + 1][word >> 16 & 0xFF] ^ kTables[behind][word >> 24];
}

}  // namespace

std::uint32_t png_crc(Bytes bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (; bytes.size() >= kSlices; bytes = bytes.subspan(kSlices)) {
    crc = look_up(crc ^ word_at(bytes.data()), 4) ^ look_up(word_at(bytes.data() + 4), 0);
  }
  for (const std::byte byte : bytes) {
    crc = crc >> 8 ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
  }
  return ~crc;
}

Status check_png_checksums(Bytes bytes) {
  std::size_t offset = kPngSignatureBytes;
  while (const auto chunk = read_png_chunk(bytes, offset)) {
    if (png_crc(chunk->checked) != chunk->crc) {
      return image_decode_error("the PNG file is damaged; send the whole file again");
    }
    if (chunk->type == png_type("IEND")) return {};
    offset = chunk->next;
  }
  return image_decode_error("the PNG file ends too early; send the whole file");
}

}  // namespace arges::vision
