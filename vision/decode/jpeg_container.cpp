// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/jpeg_container.h"

#include <cstring>
#include <string>

#include "vision/decode/exif.h"

namespace arges::vision {
namespace {

constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kHuffmanTables = 0xC4;
constexpr std::uint8_t kApp1 = 0xE1;
constexpr char kExifMark[] = {'E', 'x', 'i', 'f', '\0', '\0'};

// A marker and its parameters. Entropy-coded data after a scan header belongs to no segment.
struct Segment {
  std::uint8_t marker = 0;
  Bytes data;
  std::size_t next = 0;
};

std::uint8_t byte_at(Bytes bytes, std::size_t offset) {
  return std::to_integer<std::uint8_t>(bytes[offset]);
}

// Markers without parameters: TEM, restart, start and end of image.
bool stands_alone(std::uint8_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= kEndOfImage);
}

// 0x00 marks a stuffed byte and 0xD0..0xD7 a restart: both are part of a scan's data.
bool inside_scan(std::uint8_t marker) {
  return marker == 0x00 || (marker >= 0xD0 && marker <= 0xD7);
}

// SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC).
bool starts_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Offset just after the next marker that is not part of a scan's data; nullopt at the end.
std::optional<std::size_t> find_marker(Bytes bytes, std::size_t offset) {
  while (offset < bytes.size()) {
    const void* found = std::memchr(bytes.data() + offset, 0xFF, bytes.size() - offset);
    if (found == nullptr) return std::nullopt;
    offset = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data()) + 1;
    while (offset < bytes.size() && byte_at(bytes, offset) == 0xFF) ++offset;
    if (offset < bytes.size() && !inside_scan(byte_at(bytes, offset))) return offset + 1;
  }
  return std::nullopt;
}

std::optional<Segment> next_segment(Bytes bytes, std::size_t offset) {
  const auto after = find_marker(bytes, offset);
  if (!after) return std::nullopt;
  Segment segment{byte_at(bytes, *after - 1), {}, *after};
  if (stands_alone(segment.marker)) return segment;
  const auto length = read_big(bytes, *after, 2);
  if (!length || *length < 2) return std::nullopt;
  const auto data = read_bytes(bytes, *after + 2, *length - 2);
  if (!data) return std::nullopt;
  segment.data = *data;
  segment.next = *after + *length;
  return segment;
}

bool is_exif(const Segment& segment) {
  return segment.marker == kApp1 && segment.data.size() >= sizeof kExifMark &&
         std::memcmp(segment.data.data(), kExifMark, sizeof kExifMark) == 0;
}

// A table is its class, the number of codes of each of 16 lengths, and a byte for each code. More
// than 256 codes overrun the tables of older decoders, stb_image before 2.28 among them.
bool huffman_tables_fit(Bytes tables) {
  constexpr std::size_t kLengths = 16;
  while (!tables.empty()) {
    const auto lengths = read_bytes(tables, 1, kLengths);
    if (!lengths) return false;
    std::size_t codes = 0;
    for (std::byte count : *lengths) codes += std::to_integer<std::size_t>(count);
    if (codes > 256 || !read_bytes(tables, 1 + kLengths, codes)) return false;
    tables = tables.subspan(1 + kLengths + codes);
  }
  return true;
}

// Height and width stand after the one-byte sample precision.
std::optional<ImageSize> frame_size(Bytes frame) {
  const auto height = read_big(frame, 1, 2);
  const auto width = read_big(frame, 3, 2);
  if (!height || !width) return std::nullopt;
  return ImageSize{static_cast<int>(*height), static_cast<int>(*width)};
}

}  // namespace

bool is_jpeg(Bytes bytes) {
  return bytes.size() >= 3 && byte_at(bytes, 0) == 0xFF && byte_at(bytes, 1) == kStartOfImage &&
         byte_at(bytes, 2) == 0xFF;
}

Result<JpegHeader> read_jpeg_header(Bytes bytes) {
  std::optional<ImageSize> size;
  std::optional<int> orientation;
  std::size_t offset = 2;
  while (const auto segment = next_segment(bytes, offset)) {
    if (segment->marker == kStartOfScan || segment->marker == kEndOfImage) break;
    if (starts_frame(segment->marker) && !size) size = frame_size(segment->data);
    if (is_exif(*segment) && !orientation) {
      orientation = read_exif_orientation(segment->data.subspan(sizeof kExifMark));
    }
    offset = segment->next;
  }
  if (!size) {
    return image_decode_error("the JPEG file has no frame header; send the whole, undamaged file");
  }
  return JpegHeader{*size, orientation.value_or(kUpright)};
}

Status check_jpeg_structure(Bytes bytes, int max_scans) {
  int scans = 0;
  std::size_t offset = 2;
  while (const auto segment = next_segment(bytes, offset)) {
    if (segment->marker == kEndOfImage) {
      return scans > 0 ? Status() : image_decode_error("the JPEG file holds no picture data");
    }
    if (segment->marker == kHuffmanTables && !huffman_tables_fit(segment->data)) {
      return image_decode_error(
          "the JPEG file's code tables are damaged; send the whole file again");
    }
    if (segment->marker == kStartOfScan && ++scans > max_scans) {
      return image_decode_error("the JPEG file has more than " + std::to_string(max_scans) +
                                " scans; save it again as a baseline JPEG");
    }
    offset = segment->next;
  }
  return image_decode_error("the JPEG file ends too early; send the whole file");
}

}  // namespace arges::vision
