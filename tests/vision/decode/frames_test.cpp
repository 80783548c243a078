// SPDX-License-Identifier: Apache-2.0
// Video frames against the definition of BT.601 in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "vision/decode/decode.h"
#include "vision/decode/yuv.h"

namespace arges::vision {
namespace {

// ITU-R BT.601: R'G'B' from luma's weights 0.299, 0.587 and 0.114, in limited range.
std::array<double, 3> exact_rgb(int luma, int blue, int red) {
  const double y = (luma - 16) / 219.0;
  const double r = y + 2 * (1 - 0.299) * (red - 128) / 224.0;
  const double b = y + 2 * (1 - 0.114) * (blue - 128) / 224.0;
  const double g = (y - 0.299 * r - 0.114 * b) / 0.587;
  std::array<double, 3> rgb = {r, g, b};
  for (double& value : rgb) value = std::clamp(255 * value, 0.0, 255.0);
  return rgb;
}

void expect_pixel(const std::uint8_t* rgb, int luma, int blue, int red) {
  const auto exact = exact_rgb(luma, blue, red);
  for (std::size_t c = 0; c < 3; ++c) {
    ASSERT_LE(std::abs(rgb[c] - exact[c]), 0.501) << luma << " " << blue << " " << red << " " << c;
  }
}

// A sample of a plane that differs from its neighbours.
std::uint8_t sample(std::size_t i) {
  return static_cast<std::uint8_t>(i * 37 % 251);
}

std::vector<std::uint8_t> samples(std::size_t count, std::size_t first) {
  std::vector<std::uint8_t> plane(count);
  for (std::size_t i = 0; i < count; ++i) plane[i] = sample(first + i);
  return plane;
}

TEST(Frames, EveryColourIsRoundedToNearest) {
  for (int luma = 0; luma < 256; ++luma) {
    for (int blue = 0; blue < 256; blue += 3) {
      for (int red = 0; red < 256; red += 3) {
        std::uint8_t rgb[3];
        yuv_to_rgb(static_cast<std::uint8_t>(luma), static_cast<std::uint8_t>(blue),
                   static_cast<std::uint8_t>(red), rgb);
        expect_pixel(rgb, luma, blue, red);
      }
    }
  }
}

TEST(Frames, BlackAndWhiteAreThoseOfLimitedRange) {
  std::uint8_t rgb[3];
  yuv_to_rgb(16, 128, 128, rgb);
  EXPECT_EQ(rgb[0] + rgb[1] + rgb[2], 0);
  yuv_to_rgb(235, 128, 128, rgb);
  EXPECT_EQ(rgb[0] + rgb[1] + rgb[2], 3 * 255);
}

// The planes end with their last sample, so that a sanitizer sees a read behind it.
TEST(Frames, Nv12OfEverySizeAndStride) {
  for (int width = 1; width <= 6; ++width) {
    for (int height = 1; height <= 5; ++height) {
      for (const std::size_t padding : {0u, 3u}) {
        const std::size_t columns = static_cast<std::size_t>(width + 1) / 2;
        const std::size_t rows = static_cast<std::size_t>(height + 1) / 2;
        Nv12Frame frame;
        frame.width = width;
        frame.height = height;
        frame.luma_stride = static_cast<std::size_t>(width) + padding;
        frame.chroma_stride = 2 * columns + padding;
        const std::size_t last = static_cast<std::size_t>(height - 1) * frame.luma_stride;
        const auto luma = samples(last + static_cast<std::size_t>(width), 1);
        const auto chroma = samples((rows - 1) * frame.chroma_stride + 2 * columns, 100);
        frame.luma = luma.data();
        frame.chroma = chroma.data();
        const auto image = image_from_nv12(frame, {});
        ASSERT_TRUE(image.ok()) << image.status().message();
        for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
          for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
            const std::uint8_t* pair = &chroma[y / 2 * frame.chroma_stride + x / 2 * 2];
            expect_pixel(image->row(static_cast<int>(y)) + 3 * x, luma[y * frame.luma_stride + x],
                         pair[0], pair[1]);
          }
        }
      }
    }
  }
}

TEST(Frames, YuyvOfEveryWidthAndStride) {
  constexpr int kHeight = 3;
  for (int width = 1; width <= 6; ++width) {
    for (const std::size_t padding : {0u, 5u}) {
      const std::size_t row = static_cast<std::size_t>(width + 1) / 2 * 4;
      const std::size_t stride = row + padding;
      const auto data = samples((kHeight - 1) * stride + row, 7);
      const auto image =
          image_from_pixels(data.data(), width, kHeight, stride, PixelFormat::kYuyv, {});
      ASSERT_TRUE(image.ok()) << image.status().message();
      for (std::size_t y = 0; y < kHeight; ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
          const std::uint8_t* pair = &data[y * stride + x / 2 * 4];
          expect_pixel(image->row(static_cast<int>(y)) + 3 * x, pair[x % 2 * 2], pair[1], pair[3]);
        }
      }
    }
  }
}

TEST(Frames, RefuseBadArguments) {
  const std::vector<std::uint8_t> plane(64);
  const Nv12Frame good{plane.data(), 5, plane.data(), 6, 5, 5};
  const auto code_with = [&](auto change) {
    Nv12Frame frame = good;
    change(frame);
    return image_from_nv12(frame, {}).status().code();
  };
  constexpr auto kRefused = StatusCode::kInvalidArgument;
  EXPECT_TRUE(image_from_nv12(good, {}).ok());
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.luma = nullptr; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.chroma = nullptr; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.luma_stride = 4; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.chroma_stride = 5; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.luma_stride = SIZE_MAX; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.chroma_stride = SIZE_MAX / 2; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.width = 0; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.height = -1; }), kRefused);
  EXPECT_EQ(code_with([](Nv12Frame& f) { f.height = 16385; }), kRefused);
  EXPECT_EQ(image_from_pixels(plane.data(), 5, 2, 11, PixelFormat::kYuyv, {}).status().code(),
            kRefused);
}

}  // namespace
}  // namespace arges::vision
