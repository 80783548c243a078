// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/png_checksum.h"

#include <array>

#include "vision/decode/png_container.h"

namespace arges::vision {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0u);
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t png_crc(Bytes bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::byte byte : bytes) {
    crc = crc >> 8 ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
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
