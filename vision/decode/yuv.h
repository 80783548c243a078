// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace arges::vision {

// One pixel of a video frame to RGB, rounded to nearest. ITU-R BT.601, limited range: luma 16 is
// black and 235 white, both chroma samples lie in 16…240 around 128. What lies outside is cut off.
inline void yuv_to_rgb(std::uint8_t luma, std::uint8_t blue, std::uint8_t red, std::uint8_t* rgb) {
  // Of 2^20: 255 / 219, and 255 / 112 times what the definition of luma leaves to each chroma.
  constexpr std::int32_t kLuma = 1'220'945;
  constexpr std::int32_t kRedOfRed = 1'673'555;
  constexpr std::int32_t kGreenOfRed = 852'458;
  constexpr std::int32_t kGreenOfBlue = 410'793;
  constexpr std::int32_t kBlueOfBlue = 2'115'221;
  constexpr std::int32_t kHalf = 1 << 19;
  const auto channel = [](std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp((sum + kHalf) >> 20, 0, 255));
  };
  const std::int32_t y = kLuma * (luma - 16);
  const std::int32_t u = blue - 128;
  const std::int32_t v = red - 128;
  rgb[0] = channel(y + kRedOfRed * v);
  rgb[1] = channel(y - kGreenOfRed * v - kGreenOfBlue * u);
  rgb[2] = channel(y + kBlueOfBlue * u);
}

}  // namespace arges::vision
