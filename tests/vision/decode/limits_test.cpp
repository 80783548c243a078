// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/limits.h"

#include <gtest/gtest.h>

namespace arges::vision {
namespace {

bool within(std::int64_t height, std::int64_t width) {
  const Status status = check_dimensions(height, width, {}, StatusCode::kImageDecode);
  EXPECT_TRUE(status.ok() || status.code() == StatusCode::kImageDecode);
  return status.ok();
}

TEST(ImageLimits, HoldAtTheirBoundaries) {
  EXPECT_TRUE(within(1, 1));
  EXPECT_TRUE(within(1, 200));
  EXPECT_FALSE(within(1, 201));
  EXPECT_TRUE(within(82, 16384));
  EXPECT_FALSE(within(81, 16384));
  EXPECT_FALSE(within(82, 16385));
  EXPECT_TRUE(within(5000, 8000));
  EXPECT_FALSE(within(5000, 8001));
  EXPECT_FALSE(within(0, 5));
  EXPECT_FALSE(within(5, -1));
  EXPECT_FALSE(within(INT64_MAX, INT64_MAX));
}

TEST(ImageLimits, SayWhichLimitWasPassed) {
  const auto sentence = [](std::int64_t height, std::int64_t width) {
    return check_dimensions(height, width, {}, StatusCode::kImageDecode).message();
  };
  EXPECT_NE(sentence(1, 16384).find("200 times"), std::string::npos);
  EXPECT_NE(sentence(16384, 1).find("200 times"), std::string::npos);
  EXPECT_NE(sentence(20000, 20000).find("16384"), std::string::npos);
  EXPECT_NE(sentence(9000, 9000).find("40000000"), std::string::npos);
  EXPECT_NE(sentence(0, 10).find("at least 1"), std::string::npos);
}

}  // namespace
}  // namespace arges::vision
