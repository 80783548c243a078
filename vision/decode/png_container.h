// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "vision/decode/byte_reader.h"
#include "vision/decode/image.h"

namespace arges::vision {

// One chunk of a PNG: length, type, data, CRC.
struct PngChunk {
  std::uint32_t type = 0;  // its four letters, first letter in the high byte
  Bytes data;
  Bytes checked;  // type and data, what the CRC covers
  std::uint32_t crc = 0;
  std::size_t next = 0;  // offset of the chunk that follows
};

constexpr std::uint32_t png_type(const char (&name)[5]) {
  std::uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<std::uint8_t>(name[i]);
  return type;
}

inline constexpr std::size_t kPngSignatureBytes = 8;

// The chunk at an offset; nullopt when the file ends inside it.
std::optional<PngChunk> read_png_chunk(Bytes bytes, std::size_t offset);

struct PngHeader {
  ImageSize stored;  // as declared; not yet checked against the limits
  int orientation = 1;
};

bool is_png(Bytes bytes);

// Dimensions and eXIf orientation, wherever that chunk stands. Reads no picture data. A file that
// ends early still has a header; decoding it will fail. Errors: IMAGE_DECODE without an IHDR.
Result<PngHeader> read_png_header(Bytes bytes);

}  // namespace arges::vision
