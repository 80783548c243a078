// SPDX-License-Identifier: Apache-2.0
// What every JPEG decoder must do, exactly or closely.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/vision/decode/golden.h"
#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

using testing::FileBytes;
using testing::JpegSpec;
using testing::make_jpeg;

Image decode(const FileBytes& file) {
  auto image = decode_image(file, {});
  EXPECT_TRUE(image.ok()) << image.status().message();
  return image.ok() ? *image : Image{};
}

int largest_difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  EXPECT_EQ(a.size(), b.size());
  int largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

TEST(JpegDecode, StaysCloseToLibjpeg) {
  for (int channels : {1, 3}) {
    for (bool progressive : {false, true}) {
      const FileBytes file =
          make_jpeg({.width = 61, .height = 43, .channels = channels, .progressive = progressive});
      EXPECT_LE(largest_difference(decode(file).pixels, testing::libjpeg_rgb(file)), 4);
    }
  }
}

TEST(JpegDecode, ReadsInvertedInksAsColours) {
  const JpegSpec spec{.width = 40, .height = 30, .channels = 4};
  const auto inks = testing::smooth_samples(spec);
  const Image image = decode(make_jpeg(spec));
  ASSERT_EQ(image.pixels.size(), inks.size() / 4 * 3);
  for (std::size_t i = 0; i < inks.size() / 4; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const int expected = inks[i * 4 + c] * inks[i * 4 + 3] / 255;
      ASSERT_NEAR(image.pixels[i * 3 + c], expected, 6);
    }
  }
}

// Orientations 1 to 8 of a picture whose corners tell where they came from.
TEST(JpegDecode, TurnsByExifInEitherByteOrder) {
  struct Case {
    int orientation;
    bool right_is_bright;  // red grows along x in the stored picture
    bool grows_along_x;
  };
  constexpr Case kCases[] = {{1, true, true},   {2, false, true}, {3, false, true},
                             {4, true, true},   {5, true, false}, {6, true, false},
                             {7, false, false}, {8, false, false}};
  for (const Case& c : kCases) {
    for (bool big_endian : {false, true}) {
      const FileBytes file = make_jpeg(
          {.width = 40, .height = 24, .exif = testing::make_exif(c.orientation, big_endian)});
      const Image image = decode(file);
      ASSERT_EQ(image.width, c.grows_along_x ? 40 : 24);
      const auto size = probe_image(file, {});
      EXPECT_EQ(size->width, image.width);
      EXPECT_EQ(size->height, image.height);
      const int first = image.row(0)[0];
      const int last =
          c.grows_along_x ? image.row(0)[(image.width - 1) * 3] : image.row(image.height - 1)[0];
      EXPECT_EQ(last > first, c.right_is_bright) << c.orientation;
    }
  }
}

TEST(JpegDecode, IgnoresBytesAfterTheEnd) {
  FileBytes file = make_jpeg({.width = 20, .height = 20});
  const auto clean = decode(file).pixels;
  testing::append(file, testing::to_bytes({'t', 'a', 'i', 'l', 0xFF, 0xDA}));
  EXPECT_EQ(decode(file).pixels, clean);
}

TEST(JpegDecode, ReadsOnePixel) {
  const Image image = decode(make_jpeg({.width = 1, .height = 1}));
  EXPECT_EQ(image.pixels.size(), 3u);
}

}  // namespace
}  // namespace arges::vision
