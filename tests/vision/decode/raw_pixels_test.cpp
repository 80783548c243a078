// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

struct FormatCase {
  PixelFormat format;
  std::size_t channels;
  std::vector<std::uint8_t> pixel;  // stored
  std::vector<std::uint8_t> rgb;    // expected over white
};

const std::vector<FormatCase>& format_cases() {
  static const std::vector<FormatCase> cases = {
      {PixelFormat::kRgb, 3, {1, 2, 3}, {1, 2, 3}},
      {PixelFormat::kBgr, 3, {1, 2, 3}, {3, 2, 1}},
      {PixelFormat::kRgba, 4, {1, 2, 3, 255}, {1, 2, 3}},
      {PixelFormat::kRgba, 4, {10, 20, 30, 51}, {206, 208, 210}},
      {PixelFormat::kBgra, 4, {10, 20, 30, 51}, {210, 208, 206}},
      {PixelFormat::kGrey, 1, {9}, {9, 9, 9}}};
  return cases;
}

TEST(RawPixels, ReadsEveryFormatAtEveryStride) {
  constexpr int kWidth = 3;
  constexpr int kHeight = 2;
  for (const FormatCase& c : format_cases()) {
    for (std::size_t padding : {0u, 1u, 13u}) {
      const std::size_t stride = kWidth * c.channels + padding;
      std::vector<std::uint8_t> data(stride * (kHeight - 1) + kWidth * c.channels, 77);
      for (std::size_t y = 0; y < kHeight; ++y) {
        for (std::size_t x = 0; x < kWidth * c.channels; ++x) {
          data[y * stride + x] = c.pixel[x % c.channels];
        }
      }
      auto image = image_from_pixels(data.data(), kWidth, kHeight, stride, c.format, {});
      ASSERT_TRUE(image.ok()) << image.status().message();
      ASSERT_EQ(image->pixels.size(), 18u);
      for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(image->pixels[i], c.rgb[i % 3]);
    }
  }
}

TEST(RawPixels, RefusesBadArguments) {
  const std::vector<std::uint8_t> data(64);
  const auto code = [&](const std::uint8_t* pixels, int width, int height, std::size_t stride,
                        PixelFormat format) {
    return image_from_pixels(pixels, width, height, stride, format, {}).status().code();
  };
  constexpr auto kRefused = StatusCode::kInvalidArgument;
  EXPECT_EQ(code(nullptr, 2, 2, 6, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, 5, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, 7, PixelFormat::kRgba), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, 0, PixelFormat::kGrey), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, SIZE_MAX, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, SIZE_MAX / 2, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 0, 2, 6, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 2, -1, 6, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), INT32_MIN, 2, 6, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 1, 16384, 3, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 16385, 16385, 49155, PixelFormat::kRgb), kRefused);
  EXPECT_EQ(code(data.data(), 2, 2, 8, static_cast<PixelFormat>(250)), kRefused);
}

}  // namespace
}  // namespace arges::vision
