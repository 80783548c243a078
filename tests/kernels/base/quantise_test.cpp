// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/quantise.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace arges {
namespace {

struct Group {
  float scale = 0;
  std::array<std::int8_t, kMostGroupInputs> integers{};
};

Group quantised(const GroupFormat& format, const std::vector<float>& numbers) {
  Group group;
  group.integers.fill(99);
  group.scale = quantise_group(format, numbers.data(), std::ssize(numbers), group.integers.data());
  return group;
}

TEST(Quantise, NoNumberIsFurtherOffThanHalfAStep) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-3, 3);
  for (int turn = 0; turn < 1000; ++turn) {
    std::vector<float> numbers(64);
    for (float& x : numbers) x = uniform(random);
    const Group bytes = quantised({8, 64}, numbers);
    const Group halves = quantised({4, 64}, numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      ASSERT_LE(std::abs(bytes.scale * bytes.integers[i] - numbers[i]), 0.5001f * bytes.scale);
      // One step more at the end that has no 8.
      const float step = std::abs(halves.scale);
      const float limit = halves.integers[i] == 7 ? 1.0001f : 0.5001f;
      ASSERT_LE(std::abs(halves.scale * halves.integers[i] - numbers[i]), limit * step);
      ASSERT_GE(bytes.integers[i], -127);
      ASSERT_GE(halves.integers[i], -8);
    }
  }
}

TEST(Quantise, TheLargestNumberTakesTheLastInteger) {
  EXPECT_EQ(quantised({8, 32}, {0.5f, -2.0f}).integers[1], -127);
  EXPECT_EQ(quantised({8, 32}, {0.5f, 2.0f}).integers[1], 127);
  EXPECT_EQ(quantised({4, 32}, {0.5f, -2.0f}).integers[1], -8);
  EXPECT_EQ(quantised({4, 32}, {0.5f, 2.0f}).integers[1], -8);
  EXPECT_EQ(quantised({4, 32}, {0.5f, 2.0f}).scale, -0.25f);
}

TEST(Quantise, RoundsTiesToEven) {
  // A step of 1: the largest is 127.
  const Group group = quantised({8, 32}, {127.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 0.49999997f});
  const std::array<std::int8_t, 7> expected{127, 0, 2, 2, 0, -2, 0};
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), group.integers.begin()));
}

TEST(Quantise, FillsTheGroupWithZeros) {
  const Group group = quantised({8, 32}, {1.0f, 1.0f});
  EXPECT_EQ(group.integers[2], 0);
  EXPECT_EQ(group.integers[31], 0);
  EXPECT_EQ(group.integers[32], 99);  // behind the group
}

TEST(Quantise, AGroupWithoutAnInverseIsZero) {
  for (const float tiny : {0.0f, -0.0f, 0x1p-101f, 1e-45f}) {
    const Group group = quantised({8, 32}, {tiny});
    EXPECT_EQ(group.scale, 0.0f);
    EXPECT_EQ(group.integers[0], 0);
  }
  EXPECT_GT(quantised({8, 32}, {0x1p-100f}).scale, 0.0f);
}

TEST(Quantise, AGroupWithNoNumberHasNoScale) {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    for (const GroupFormat& format : {GroupFormat{8, 32}, GroupFormat{4, 32}}) {
      EXPECT_TRUE(std::isnan(quantised(format, {1.0f, bad, 2.0f}).scale));
    }
  }
}

}  // namespace
}  // namespace arges
