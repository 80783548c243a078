// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::vision {

// One pixel of an Adobe JPEG, whose four inks are stored inverted (255: no ink), to RGB with the
// rounding of Pillow's convert("RGB"): channel = k − round((255 − ink) · k / 255).
inline void inverted_cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb) {
  const int black = cmyk[3];
  for (int c = 0; c < 3; ++c) {
    const int product = (255 - cmyk[c]) * black + 128;
    rgb[c] = static_cast<std::uint8_t>(black - ((product + (product >> 8)) >> 8));
  }
}

}  // namespace arges::vision
