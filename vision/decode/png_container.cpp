// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/png_container.h"

#include <algorithm>

#include "vision/decode/exif.h"

namespace arges::vision {
namespace {

constexpr std::uint8_t kSignature[kPngSignatureBytes] = {0x89, 'P',  'N',  'G',
                                                         '\r', '\n', 0x1A, '\n'};
constexpr std::uint32_t kLargestSide = 0x7FFFFFFF;  // the format's own limit, fits an int

int find_orientation(Bytes bytes, std::size_t offset) {
  while (const auto chunk = read_png_chunk(bytes, offset)) {
    if (chunk->type == png_type("eXIf")) return read_exif_orientation(chunk->data);
    if (chunk->type == png_type("IEND")) break;
    offset = chunk->next;
  }
  return kUpright;
}

}  // namespace

bool is_png(Bytes bytes) {
  return bytes.size() >= kPngSignatureBytes &&
         std::equal(std::begin(kSignature), std::end(kSignature), bytes.begin(),
                    [](std::uint8_t a, std::byte b) { return std::byte{a} == b; });
}

std::optional<PngChunk> read_png_chunk(Bytes bytes, std::size_t offset) {
  const auto length = read_big(bytes, offset, 4);
  if (!length) return std::nullopt;
  const auto checked = read_bytes(bytes, offset + 4, std::size_t{*length} + 4);
  const auto crc = read_big(bytes, offset + 8 + *length, 4);
  if (!checked || !crc) return std::nullopt;
  return PngChunk{*read_big(*checked, 0, 4), checked->subspan(4), *checked, *crc,
                  offset + 12 + *length};
}

Result<PngHeader> read_png_header(Bytes bytes) {
  const auto first = read_png_chunk(bytes, kPngSignatureBytes);
  if (!first || first->type != png_type("IHDR") || first->data.size() != 13) {
    return image_decode_error("the PNG file has no header; send the whole, undamaged file");
  }
  const std::uint32_t width = *read_big(first->data, 0, 4);
  const std::uint32_t height = *read_big(first->data, 4, 4);
  if (width > kLargestSide || height > kLargestSide) {
    return image_decode_error("the PNG file declares an impossible size; send an undamaged file");
  }
  return PngHeader{{static_cast<int>(height), static_cast<int>(width)},
                   find_orientation(bytes, first->next)};
}

}  // namespace arges::vision
