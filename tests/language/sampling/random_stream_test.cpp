// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/random_stream.h"

#include <gtest/gtest.h>

#include <set>

namespace arges::language {
namespace {

TEST(RandomStream, IsTheSameOnEveryPlatform) {
  // Computed from the definition with arbitrary-precision integers.
  EXPECT_EQ(RandomStream(0).next(), 0xA706DD2F4D197E6Fu);
  EXPECT_EQ(RandomStream(0, 999).next(), 0x9152D25D142CD0D7u);
  EXPECT_EQ(RandomStream(~0ull).next(), 0x5DC20AA7B2A27137u);
}

TEST(RandomStream, GoesOnFromItsTwoIntegers) {
  RandomStream first(42);
  for (int i = 0; i < 10; ++i) first.next();
  RandomStream second(first.seed(), first.draws());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(first.next(), second.next());
}

TEST(RandomStream, NeighbouringSeedsShareNothing) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    RandomStream stream(seed);
    for (int i = 0; i < 100; ++i) seen.insert(stream.next());
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(RandomStream, UnitsFillTheUnitIntervalEvenly) {
  RandomStream stream(3);
  int tenths[10] = {};
  for (int i = 0; i < 100'000; ++i) {
    const double unit = stream.next_unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    ++tenths[static_cast<int>(unit * 10)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 10'000, 400);
}

}  // namespace
}  // namespace arges::language
