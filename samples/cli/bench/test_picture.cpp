// SPDX-License-Identifier: Apache-2.0
// The smallest PNG writer: one IDAT of stored (uncompressed) deflate blocks, PNG 1.2 and RFC 1950.
#include "samples/cli/bench/test_picture.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<std::uint8_t>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

std::string chunk(const std::string& type, const std::string& data) {
  std::string out;
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  out += type + data;
  append_big_endian(out, crc32(type + data));
  return out;
}

std::string stored_zlib(std::string_view bytes) {
  constexpr std::size_t kLongest = 65535;
  std::string out = "\x78\x01";
  for (std::size_t at = 0; at < bytes.size(); at += kLongest) {
    const std::string_view block = bytes.substr(at, kLongest);
    out += static_cast<char>(at + block.size() == bytes.size() ? 1 : 0);
    for (const std::size_t field : {block.size(), ~block.size()}) {
      out += static_cast<char>(field & 0xFF);
      out += static_cast<char>(field >> 8 & 0xFF);
    }
    out += block;
  }
  append_big_endian(out, adler32(bytes));
  return out;
}

// Rows of RGB, each after its filter byte 0.
std::string red_disc(int width, int height) {
  std::string rows;
  const int radius = std::min(width, height) / 4;
  for (int y = 0; y < height; ++y) {
    rows += '\0';
    for (int x = 0; x < width; ++x) {
      const int dx = x - width / 2;
      const int dy = y - height / 2;
      rows += dx * dx + dy * dy < radius * radius ? "\xD0\x20\x20" : "\xF0\xF0\xE8";
    }
  }
  return rows;
}

}  // namespace

void write_test_picture(const std::string& path, int width, int height) {
  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(width));
  append_big_endian(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB
  std::ofstream file(path, std::ios::binary);
  file << "\x89PNG\r\n\x1A\n"
       << chunk("IHDR", header) << chunk("IDAT", stored_zlib(red_disc(width, height)))
       << chunk("IEND", "");
  file.close();
  if (!file) throw Failure("cannot write " + path + "; check the folder and the free space");
}

}  // namespace arges::cli
