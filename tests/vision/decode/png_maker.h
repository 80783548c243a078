// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/vision/decode/golden.h"

namespace arges::vision::testing {

// What a made PNG says of itself, and what it holds. The two may disagree: that is the point.
struct PngSpec {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int depth = 8;   // bits a sample
  int colour = 2;  // 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA
  bool interlaced = false;
  std::vector<std::uint16_t> samples;                          // [height, width, channels]
  std::vector<std::pair<std::string, FileBytes>> chunks = {};  // between IHDR and IDAT
};

FileBytes to_bytes(const std::vector<int>& values);

// A chunk with its length and a right CRC.
FileBytes make_chunk(const std::string& type, const FileBytes& data);

// Signature and IHDR only.
FileBytes make_png_start(const PngSpec& spec);

// The whole file: picture data in stored (uncompressed) deflate blocks.
FileBytes make_png(const PngSpec& spec);

// A zlib stream of a few hundred kilobytes that inflates to `zeros` zero bytes.
FileBytes make_zlib_bomb(std::size_t zeros);

// A zlib stream of zero bytes, then at least as many copied ones whose distance code is one that
// the format forbids. A decoder that takes it for 0 copies bytes onto themselves.
FileBytes make_zlib_of_no_distance(std::size_t zeros, std::size_t copied);

void append(FileBytes& to, const FileBytes& more);

}  // namespace arges::vision::testing
