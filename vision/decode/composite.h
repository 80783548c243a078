// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace arges::vision {

// One channel laid over the background by its alpha, rounded to nearest; alpha 255 keeps the
// colour exactly and 0 shows the background exactly.
inline std::uint8_t composite(std::uint8_t colour, std::uint8_t alpha, std::uint8_t background) {
  return static_cast<std::uint8_t>((colour * alpha + background * (255 - alpha) + 127) / 255);
}

// One RGBA pixel to RGB over the background.
inline void composite_pixel(const std::uint8_t* rgba, const std::array<std::uint8_t, 3>& background,
                            std::uint8_t* rgb) {
  for (std::size_t c = 0; c < 3; ++c) rgb[c] = composite(rgba[c], rgba[3], background[c]);
}

}  // namespace arges::vision
