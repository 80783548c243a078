// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/exif.h"

#include <gtest/gtest.h>

#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "vision/decode/orient.h"

namespace arges::vision {
namespace {

TEST(ExifOrientation, ReadsOneToEightInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(read_exif_orientation(testing::make_exif(orientation, false)), orientation);
    EXPECT_EQ(read_exif_orientation(testing::make_exif(orientation, true)), orientation);
  }
}

TEST(ExifOrientation, TakesNonsenseForUpright) {
  EXPECT_EQ(read_exif_orientation({}), kUpright);
  EXPECT_EQ(read_exif_orientation(testing::make_exif(0, false)), kUpright);
  EXPECT_EQ(read_exif_orientation(testing::make_exif(9, true)), kUpright);
  // A directory beyond the block, and one that claims 65,535 entries.
  EXPECT_EQ(
      read_exif_orientation(testing::to_bytes({'M', 'M', 0, 42, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1})),
      kUpright);
  EXPECT_EQ(
      read_exif_orientation(testing::to_bytes({'M', 'M', 0, 42, 0, 0, 0, 8, 0xFF, 0xFF, 1, 0x12})),
      kUpright);
}

TEST(ExifOrientation, EveryCutOfTheBlockIsSafe) {
  const auto whole = testing::make_exif(6, false);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const int orientation = read_exif_orientation(Bytes(whole).first(size));
    EXPECT_TRUE(orientation == kUpright || orientation == 6);
  }
}

// [1 2 3 / 4 5 6] by its red values, upright for each orientation.
TEST(Orient, PlacesEveryPixel) {
  const std::vector<std::vector<int>> expected = {
      {1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
      {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image stored{2, 3, {}};
    for (std::uint8_t i = 1; i <= 6; ++i) stored.pixels.insert(stored.pixels.end(), {i, 0, 0});
    auto upright = orient(stored, orientation);
    ASSERT_TRUE(upright.ok());
    EXPECT_EQ(upright->height, swaps_sides(orientation) ? 3 : 2);
    std::vector<int> reds;
    for (std::size_t i = 0; i < upright->pixels.size(); i += 3) reds.push_back(upright->pixels[i]);
    EXPECT_EQ(reds, expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
  }
}

// Each pixel is its own number, in a picture of several blocks a side.
Image numbered(int height, int width) {
  Image image{height, width, {}};
  for (int i = 0; i < height * width; ++i) {
    for (int shift : {0, 8, 16}) image.pixels.push_back(static_cast<std::uint8_t>(i >> shift));
  }
  return image;
}

int number_at(const Image& image, int y, int x) {
  const std::uint8_t* pixel = image.row(y) + x * Image::kChannels;
  return pixel[0] | pixel[1] << 8 | pixel[2] << 16;
}

TEST(Orient, PlacesEveryPixelOfALargePicture) {
  constexpr int kHeight = 131;
  constexpr int kWidth = 197;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto upright = orient(numbered(kHeight, kWidth), orientation);
    ASSERT_TRUE(upright.ok());
    const bool turned = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation >= 7;
    const bool from_below =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int wrong = 0;
    for (int y = 0; y < upright->height; ++y) {
      for (int x = 0; x < upright->width; ++x) {
        const int across = turned ? y : x;
        const int down = turned ? x : y;
        const int stored_x = from_right ? kWidth - 1 - across : across;
        const int stored_y = from_below ? kHeight - 1 - down : down;
        if (number_at(*upright, y, x) != stored_y * kWidth + stored_x) ++wrong;
      }
    }
    EXPECT_EQ(wrong, 0) << orientation;
  }
}

}  // namespace
}  // namespace arges::vision
