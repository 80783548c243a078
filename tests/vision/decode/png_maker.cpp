// SPDX-License-Identifier: Apache-2.0
#include "tests/vision/decode/png_maker.h"

#include <algorithm>

#include "vision/decode/png_checksum.h"

namespace arges::vision::testing {
namespace {

void put(FileBytes& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

int channels_of(int colour) {
  constexpr int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
  return kChannels[colour];
}

// Samples most significant bit first, the last byte of a row padded with zero bits.
class BitPacker {
 public:
  explicit BitPacker(FileBytes& out) : out_(out) {}
  void add(std::uint32_t value, int bits) {
    for (int i = bits - 1; i >= 0; --i) {
      if (used_ == 0) out_.push_back(std::byte{0});
      out_.back() |= static_cast<std::byte>((value >> i & 1) << (7 - used_));
      used_ = (used_ + 1) % 8;
    }
  }

 private:
  FileBytes& out_;
  int used_ = 0;
};

struct Pass {
  std::uint32_t x0, y0, dx, dy;
};

void add_pass(const PngSpec& spec, Pass pass, FileBytes& out) {
  const auto channels = static_cast<std::uint32_t>(channels_of(spec.colour));
  if (pass.x0 >= spec.width) return;
  for (std::uint32_t y = pass.y0; y < spec.height; y += pass.dy) {
    out.push_back(std::byte{0});  // filter: none
    BitPacker packer(out);
    for (std::uint32_t x = pass.x0; x < spec.width; x += pass.dx) {
      for (std::uint32_t c = 0; c < channels; ++c) {
        packer.add(spec.samples[(std::size_t{y} * spec.width + x) * channels + c], spec.depth);
      }
    }
  }
}

FileBytes scanlines(const PngSpec& spec) {
  FileBytes out;
  if (!spec.interlaced) {
    add_pass(spec, {0, 0, 1, 1}, out);
    return out;
  }
  constexpr Pass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                             {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  for (Pass pass : kAdam7) add_pass(spec, pass, out);
  return out;
}

std::uint32_t adler32(const FileBytes& data) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (std::byte byte : data) {
    a = (a + std::to_integer<std::uint32_t>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

FileBytes store_zlib(const FileBytes& data) {
  FileBytes out = to_bytes({0x78, 0x01});
  std::size_t at = 0;
  do {
    const std::size_t size = std::min<std::size_t>(data.size() - at, 65535);
    out.push_back(at + size == data.size() ? std::byte{1} : std::byte{0});
    for (std::size_t word : {size, ~size}) {
      out.push_back(static_cast<std::byte>(word));
      out.push_back(static_cast<std::byte>(word >> 8));
    }
    out.insert(out.end(), data.begin() + static_cast<std::ptrdiff_t>(at),
               data.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  } while (at < data.size());
  put(out, adler32(data), 4);
  return out;
}

// A zlib stream of one fixed-Huffman block.
class FixedBlock {
 public:
  FixedBlock() { add(0b011, 3); }          // final block, fixed codes
  void add_zero() { add(0b00001100, 8); }  // literal 0: code 00110000, sent from its high bit
  void copy_258(std::uint32_t distance_code) {
    add(0b10100011, 8);  // length 258: code 11000101
    for (int bit = 4; bit >= 0; --bit) add(distance_code >> bit & 1, 1);
  }
  // All but the checksum.
  FileBytes end() {
    add(0b0000000, 7);  // end of block
    add(0, 7);          // fill the last byte
    return out_;
  }

 private:
  void add(std::uint32_t bits, int count) {  // deflate fills bytes from the low bit
    buffer_ |= bits << filled_;
    for (filled_ += count; filled_ >= 8; filled_ -= 8, buffer_ >>= 8) {
      out_.push_back(static_cast<std::byte>(buffer_));
    }
  }

  FileBytes out_ = to_bytes({0x78, 0x01});
  std::uint32_t buffer_ = 0;
  int filled_ = 0;
};

}  // namespace

FileBytes to_bytes(const std::vector<int>& values) {
  FileBytes out;
  for (int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

void append(FileBytes& to, const FileBytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

FileBytes make_chunk(const std::string& type, const FileBytes& data) {
  FileBytes body;
  for (char letter : type) body.push_back(static_cast<std::byte>(letter));
  append(body, data);
  FileBytes out;
  put(out, data.size(), 4);
  append(out, body);
  put(out, png_crc(body), 4);
  return out;
}

FileBytes make_png_start(const PngSpec& spec) {
  FileBytes header;
  put(header, spec.width, 4);
  put(header, spec.height, 4);
  for (int field : {spec.depth, spec.colour, 0, 0, spec.interlaced ? 1 : 0}) {
    header.push_back(static_cast<std::byte>(field));
  }
  FileBytes out = to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
  append(out, make_chunk("IHDR", header));
  return out;
}

FileBytes make_png(const PngSpec& spec) {
  FileBytes out = make_png_start(spec);
  for (const auto& [type, data] : spec.chunks) append(out, make_chunk(type, data));
  append(out, make_chunk("IDAT", store_zlib(scanlines(spec))));
  append(out, make_chunk("IEND", {}));
  return out;
}

FileBytes make_zlib_bomb(std::size_t zeros) {
  FixedBlock block;
  block.add_zero();
  for (std::size_t i = 1; i + 258 <= zeros; i += 258) block.copy_258(0);
  FileBytes out = block.end();
  const auto sum = static_cast<std::uint32_t>(((zeros - 1) / 258 * 258 + 1) % 65521);
  put(out, sum << 16 | 1, 4);
  return out;
}

FileBytes make_zlib_of_no_distance(std::size_t zeros, std::size_t copied) {
  constexpr std::uint32_t kNoDistance = 30;
  FixedBlock block;
  for (std::size_t i = 0; i < zeros; ++i) block.add_zero();
  for (std::size_t i = 0; i < copied; i += 258) block.copy_258(kNoDistance);
  FileBytes out = block.end();
  put(out, 1, 4);
  return out;
}

}  // namespace arges::vision::testing
