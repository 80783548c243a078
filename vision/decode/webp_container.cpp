// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/webp_container.h"

#include <algorithm>
#include <cstring>

#include "vision/decode/exif.h"

namespace arges::vision {
namespace {

// "RIFF", the length of what follows, "WEBP"; then chunks of a name, a length and the data, each of
// them padded to an even length.
constexpr std::size_t kFileStart = 12;
constexpr std::size_t kChunkStart = 8;
constexpr std::uint32_t kAnimationFlag = 0x02;
constexpr char kExifMark[] = {'E', 'x', 'i', 'f', '\0', '\0'};

constexpr std::uint32_t name_of(const char (&letters)[5]) {
  std::uint32_t name = 0;
  for (int i = 0; i < 4; ++i) name = name << 8 | static_cast<std::uint8_t>(letters[i]);
  return name;
}

struct Chunk {
  std::uint32_t name = 0;
  Bytes data;
  std::size_t next = 0;  // offset of the chunk that follows
};

// The chunk at an offset; nullopt when the bytes end inside it.
std::optional<Chunk> read_chunk(Bytes bytes, std::size_t offset) {
  const auto name = read_big(bytes, offset, 4);
  const auto length = read_little(bytes, offset + 4, 4);
  if (!name || !length) return std::nullopt;
  const auto data = read_bytes(bytes, offset + kChunkStart, *length);
  if (!data) return std::nullopt;
  return Chunk{*name, *data, offset + kChunkStart + *length + *length % 2};
}

Status damaged() {
  return image_decode_error("the WebP file's header is damaged; send the whole, undamaged file");
}

// Of a VP8 key frame: behind its tag and start code, 14 bits each.
Result<ImageSize> lossy_size(Bytes frame) {
  const auto start_code = read_big(frame, 3, 3);
  const auto width = read_little(frame, 6, 2);
  const auto height = read_little(frame, 8, 2);
  if (start_code != 0x9D012Au || !width || !height) return damaged();
  return ImageSize{static_cast<int>(*height & 0x3FFF), static_cast<int>(*width & 0x3FFF)};
}

// Of a VP8L stream: behind its signature, 14 bits each, less one.
Result<ImageSize> lossless_size(Bytes stream) {
  const auto signature = read_big(stream, 0, 1);
  const auto sizes = read_little(stream, 1, 4);
  if (signature != 0x2Fu || !sizes) return damaged();
  return ImageSize{static_cast<int>((*sizes >> 14 & 0x3FFF) + 1),
                   static_cast<int>((*sizes & 0x3FFF) + 1)};
}

// Of an extended file: behind its flags, 24 bits each, less one.
Result<ImageSize> canvas_size(Bytes extended) {
  const auto flags = read_little(extended, 0, 1);
  const auto width = read_little(extended, 4, 3);
  const auto height = read_little(extended, 7, 3);
  if (!flags || !width || !height) return damaged();
  if ((*flags & kAnimationFlag) != 0) {
    return image_decode_error("the WebP file is an animation; send one of its pictures");
  }
  return ImageSize{static_cast<int>(*height + 1), static_cast<int>(*width + 1)};
}

// Some writers put a JPEG's mark before the TIFF block.
Bytes without_mark(Bytes exif) {
  const bool marked =
      exif.size() >= sizeof kExifMark && std::memcmp(exif.data(), kExifMark, sizeof kExifMark) == 0;
  return marked ? exif.subspan(sizeof kExifMark) : exif;
}

int find_orientation(Bytes bytes, std::size_t offset) {
  while (const auto chunk = read_chunk(bytes, offset)) {
    if (chunk->name == name_of("EXIF")) return read_exif_orientation(without_mark(chunk->data));
    offset = chunk->next;
  }
  return kUpright;
}

// What the file says it is long; more than there is when it was cut.
std::size_t declared_length(Bytes bytes) {
  return std::size_t{read_little(bytes, 4, 4).value_or(0)} + 8;
}

}  // namespace

bool is_webp(Bytes bytes) {
  return read_big(bytes, 0, 4) == name_of("RIFF") && read_big(bytes, 8, 4) == name_of("WEBP");
}

Result<WebpHeader> read_webp_header(Bytes bytes) {
  const auto name = read_big(bytes, kFileStart, 4);
  const Bytes data = bytes.subspan(std::min(bytes.size(), kFileStart + kChunkStart));
  WebpHeader header;
  if (name == name_of("VP8 ")) {
    ARGES_ASSIGN_OR_RETURN(header.stored, lossy_size(data));
  } else if (name == name_of("VP8L")) {
    ARGES_ASSIGN_OR_RETURN(header.stored, lossless_size(data));
  } else if (name == name_of("VP8X")) {
    ARGES_ASSIGN_OR_RETURN(header.stored, canvas_size(data));
    const Bytes file = bytes.first(std::min(bytes.size(), declared_length(bytes)));
    header.orientation = find_orientation(file, kFileStart);
  } else {
    return damaged();
  }
  return header;
}

Result<Bytes> check_webp_structure(Bytes bytes) {
  const auto cut = [] {
    return image_decode_error("the WebP file ends too early; send the whole file");
  };
  if (declared_length(bytes) > bytes.size()) return cut();
  const Bytes file = bytes.first(declared_length(bytes));
  std::size_t offset = kFileStart;
  while (file.size() - std::min(offset, file.size()) >= kChunkStart) {
    const auto chunk = read_chunk(file, offset);
    if (!chunk) return cut();
    offset = chunk->next;
  }
  return file;
}

}  // namespace arges::vision
