// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/checked_math.h"

#include <gtest/gtest.h>

#include <limits>

namespace arges {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(CheckedMath, GivesExactResultsThatFit) {
  EXPECT_EQ(checked_add<std::int64_t>(kMost - 1, 1), kMost);
  EXPECT_EQ(checked_mul<std::int64_t>(1LL << 31, 1LL << 31), 1LL << 62);
  EXPECT_EQ(checked_add<std::uint32_t>(0xFFFFFFFEu, 1u), 0xFFFFFFFFu);
  EXPECT_EQ(checked_product({}), 1);
  EXPECT_EQ(checked_product({3, 0, kMost}), 0);
}

TEST(CheckedMath, RefusesResultsThatDoNotFit) {
  EXPECT_EQ(checked_add<std::int64_t>(kMost, 1), std::nullopt);
  EXPECT_EQ(checked_add<std::int64_t>(-kMost, -2), std::nullopt);
  EXPECT_EQ(checked_mul<std::int64_t>(1LL << 32, 1LL << 31), std::nullopt);
  EXPECT_EQ(checked_mul<std::uint64_t>(1ULL << 32, 1ULL << 32), std::nullopt);
  EXPECT_EQ(checked_product({1LL << 32, 1LL << 32}), std::nullopt);
}

}  // namespace
}  // namespace arges
