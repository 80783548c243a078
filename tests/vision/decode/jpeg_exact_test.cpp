// SPDX-License-Identifier: Apache-2.0
// The native decoder's pixels, byte for byte.
#include <gtest/gtest.h>

#include "tests/vision/decode/golden.h"
#include "tests/vision/decode/jpeg_maker.h"
#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

TEST(JpegDecode, MatchesPillowOnEveryGolden) {
  testing::expect_every_golden("image/jpeg.json");
}

TEST(JpegDecode, EqualsLibjpegOnManySizes) {
  for (int width : {1, 7, 8, 16, 17, 64, 131}) {
    for (bool progressive : {false, true}) {
      const auto file = testing::make_jpeg(
          {.width = width, .height = 33, .channels = 3, .progressive = progressive});
      auto image = decode_image(file, {});
      ASSERT_TRUE(image.ok()) << image.status().message();
      EXPECT_EQ(image->pixels, testing::libjpeg_rgb(file)) << width;
    }
  }
}

// stb_image shows grey instead, hence the native build only.
TEST(JpegDecode, RefusesAHeaderThatClaimsMoreRowsThanTheDataHolds) {
  const auto file = testing::make_jpeg({.width = 40, .height = 30});
  for (int height : {41, 300, 1000}) {
    auto image = decode_image(testing::with_declared_size(file, height, 40), {});
    EXPECT_EQ(image.status().code(), StatusCode::kImageDecode) << height;
  }
}

}  // namespace
}  // namespace arges::vision
