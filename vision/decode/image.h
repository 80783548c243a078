// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arges::vision {

// How the caller's own pixels lie in memory, 8 bits a channel. kYuyv: a luma sample for each pixel
// and two chroma samples for each pair, BT.601 in limited range (yuv.h).
enum class PixelFormat : std::uint8_t { kRgb, kBgr, kRgba, kBgra, kGrey, kYuyv };

// A video frame of two planes, BT.601 in limited range (yuv.h): luma [height, width], and pairs of
// chroma samples (blue, red) for 2 by 2 pixels each, [⌈height / 2⌉, ⌈width / 2⌉, 2]. Strides in
// bytes.
struct Nv12Frame {
  const std::uint8_t* luma = nullptr;
  std::size_t luma_stride = 0;
  const std::uint8_t* chroma = nullptr;
  std::size_t chroma_stride = 0;
  int width = 0;
  int height = 0;
};

struct ImageSize {
  int height = 0;
  int width = 0;
};

// An upright RGB picture, the one form in which pictures travel from here on. A value that owns
// its pixels: copies are deep, moves are cheap.
struct Image {
  static constexpr int kChannels = 3;

  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;  // [height, width, 3], rows without padding

  std::size_t row_bytes() const { return static_cast<std::size_t>(width) * kChannels; }
  // First byte of row y; precondition 0 <= y < height.
  std::uint8_t* row(int y) { return pixels.data() + static_cast<std::size_t>(y) * row_bytes(); }
  const std::uint8_t* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * row_bytes();
  }
};

}  // namespace arges::vision
