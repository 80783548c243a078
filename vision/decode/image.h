// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arges::vision {

// How the caller's own pixels lie in memory, 8 bits a channel.
enum class PixelFormat : std::uint8_t { kRgb, kBgr, kRgba, kBgra, kGrey };

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
