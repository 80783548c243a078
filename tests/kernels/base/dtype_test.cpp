// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/dtype.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace arges {
namespace {

TEST(DType, EveryBfloat16SurvivesTheWayThroughFloat) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float wide = bf16_to_f32(static_cast<std::uint16_t>(bits));
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(wide)))) << bits;
    } else {
      ASSERT_EQ(f32_to_bf16(wide), bits);
    }
  }
}

TEST(DType, RoundsToTheNearestBfloat16AndTiesToEven) {
  EXPECT_EQ(bf16_to_f32(f32_to_bf16(1.0f + 0x1p-9f)), 1.0f);
  EXPECT_EQ(bf16_to_f32(f32_to_bf16(1.0f + 0x1p-8f)), 1.0f);
  EXPECT_EQ(bf16_to_f32(f32_to_bf16(1.0f + 0x3p-8f)), 1.0f + 0x1p-6f);
  EXPECT_EQ(bf16_to_f32(f32_to_bf16(std::numeric_limits<float>::max())), INFINITY);
}

TEST(DType, WidensBinary16ByItsDefinition) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const int exponent = static_cast<int>(bits >> 10) & 31;
    const int mantissa = static_cast<int>(bits) & 1023;
    const float wide = f16_to_f32(static_cast<std::uint16_t>(bits));
    ASSERT_EQ(std::signbit(wide), (bits & 0x8000) != 0) << bits;
    if (exponent == 31) {
      ASSERT_EQ(std::isnan(wide), mantissa != 0) << bits;
      ASSERT_EQ(std::isinf(wide), mantissa == 0) << bits;
      continue;
    }
    const double significand = exponent == 0 ? mantissa / 1024.0 : 1 + mantissa / 1024.0;
    ASSERT_EQ(std::abs(wide), std::ldexp(significand, std::max(exponent, 1) - 15)) << bits;
  }
}

}  // namespace
}  // namespace arges
