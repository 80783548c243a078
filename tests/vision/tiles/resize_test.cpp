// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/resize.h"

#include <gtest/gtest.h>

#include "tests/vision/decode/golden.h"
#include "vision/tiles/resize_weights.h"

namespace arges::vision {
namespace {

Image noise(int height, int width) {
  Image image{height, width, {}};
  std::uint32_t state = 1;
  for (int i = 0; i < height * width * Image::kChannels; ++i) {
    state = state * 1664525u + 1013904223u;
    image.pixels.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  return image;
}

TEST(ResizeBicubic, EqualsPillowByteForByte) {
  const auto golden = testing::read_golden_json("image/resize.json");
  ASSERT_FALSE(golden.is_discarded());
  ASSERT_GT(golden["cases"].size(), 50u);
  for (const auto& entry : golden["cases"]) {
    SCOPED_TRACE(entry.dump());
    const Image source = testing::decode_golden("image/" + entry["source"].get<std::string>());
    auto resized = resize_bicubic(source, entry["height"], entry["width"], nullptr);
    ASSERT_TRUE(resized.ok());
    EXPECT_EQ(testing::sha256(resized->pixels), entry["sha256"].get<std::string>());
    if (entry.contains("output")) {
      const Image expected = testing::decode_golden("image/" + entry["output"].get<std::string>());
      EXPECT_EQ(resized->pixels, expected.pixels);
    }
  }
}

TEST(ResizeBicubic, KeepsAPictureOfTheSameSize) {
  const Image image = noise(13, 29);
  EXPECT_EQ(resize_bicubic(image, 13, 29, nullptr)->pixels, image.pixels);
}

TEST(ResizeBicubic, KeepsOneColourWhateverTheSize) {
  const Image image{3, 5, std::vector<std::uint8_t>(45, 201)};
  for (int side : {1, 2, 7, 64, 301}) {
    EXPECT_EQ(resize_bicubic(image, side, side + 1, nullptr)->pixels,
              std::vector<std::uint8_t>(static_cast<std::size_t>(side * (side + 1) * 3), 201));
  }
}

TEST(ResizeBicubic, DoesNotDependOnThreads) {
  const Image image = noise(97, 61);
  const auto alone = resize_bicubic(image, 150, 40, nullptr);
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(resize_bicubic(image, 150, 40, &pool)->pixels, alone->pixels);
  }
}

TEST(ResizeBicubic, RefusesEmptyPicturesAndSizes) {
  const Image image = noise(2, 2);
  for (auto [height, width] : {std::pair{0, 5}, {5, 0}, {-1, 5}, {5, -1}}) {
    EXPECT_EQ(resize_bicubic(image, height, width, nullptr).status().code(),
              StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(resize_bicubic(Image{}, 5, 5, nullptr).status().code(), StatusCode::kInvalidArgument);
}

TEST(ResizeWeights, ReadInsideThePictureAndSumToOne) {
  for (int in : {1, 2, 3, 97, 1000, 16384}) {
    for (int out : {1, 2, 5, 336, 2016}) {
      const ResizeWeights weights = bicubic_weights(in, out);
      for (int i = 0; i < out; ++i) {
        const auto at = static_cast<std::size_t>(i);
        ASSERT_GE(weights.first[at], 0);
        ASSERT_GE(weights.count[at], 1);
        ASSERT_LE(weights.count[at], weights.taps);
        ASSERT_LE(weights.first[at] + weights.count[at], in);
        std::int64_t sum = 0;
        for (int tap = 0; tap < weights.count[at]; ++tap) sum += weights.row(i)[tap];
        ASSERT_NEAR(static_cast<double>(sum), 1 << kWeightBits, weights.taps);
      }
    }
  }
}

}  // namespace
}  // namespace arges::vision
