// SPDX-License-Identifier: Apache-2.0
#include "language/text/merge_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace arges::language {
namespace {

using Pair = std::pair<TokenId, TokenId>;

TEST(MergeTable, IsEmptyAtFirst) {
  EXPECT_EQ(MergeTable(0).find(0, 0), nullptr);
  EXPECT_EQ(MergeTable(100).find(1, 2), nullptr);
}

TEST(MergeTable, RanksMergesInTheOrderOfTheirAdding) {
  MergeTable table(2);
  ASSERT_TRUE(table.add(1, 2, 7).ok());
  ASSERT_TRUE(table.add(2, 1, 8).ok());
  EXPECT_EQ(table.find(1, 2)->rank, 0u);
  EXPECT_EQ(table.find(1, 2)->merged, 7);
  EXPECT_EQ(table.find(2, 1)->rank, 1u);
  EXPECT_EQ(table.find(1, 1), nullptr);
  EXPECT_EQ(table.add(1, 2, 9).code(), StatusCode::kModelInvalid);
  EXPECT_EQ(table.find(1, 2)->merged, 7);
}

// As vocabularies grow: the left halves ascend, or the right ones, or both.
TEST(MergeTable, HonestPairsAreNeverCrowded) {
  std::mt19937 random(1);
  std::vector<Pair> shapes[4];
  for (TokenId i = 0; i < 300'000; ++i) {
    shapes[0].push_back({i, 7});
    shapes[1].push_back({7, i});
    shapes[2].push_back({i, i + 1});
    shapes[3].push_back({static_cast<TokenId>(random() % 200'000), i});
  }
  for (const auto& pairs : shapes) {
    MergeTable table(pairs.size());
    for (const auto& [left, right] : pairs) ASSERT_TRUE(table.add(left, right, 1).ok());
    for (std::size_t i = 0; i < pairs.size(); i += 1000) {
      EXPECT_EQ(table.find(pairs[i].first, pairs[i].second)->rank, i);
    }
  }
}

// The place of a pair in a table of this test's size, as a file's author would reckon it.
std::uint64_t place_of(TokenId left, TokenId right, std::uint64_t mask) {
  std::uint64_t key = static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
  key = (key ^ key >> 32) * 0x9E3779B97F4A7C15u;
  key = (key ^ key >> 32) * 0xD6E8FEB86659FD93u;
  return (key ^ key >> 32) & mask;
}

TEST(MergeTable, RefusesPairsChosenToShareAPlace) {
  constexpr std::size_t kMerges = 2000;  // 4096 slots, of which the pairs want the first 4
  MergeTable table(kMerges);
  std::size_t added = 0;
  Status status;
  for (TokenId left = 0; status.ok() && added < kMerges; ++left) {
    for (TokenId right = 0; status.ok() && right < 4000; ++right) {
      if (place_of(left, right, 4095) >= 4) continue;
      status = table.add(left, right, 1);
      added += status.ok();
    }
  }
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid);
  EXPECT_GE(added, MergeTable::kMostProbes);
  EXPECT_LE(added, MergeTable::kMostProbes + 4);
}

}  // namespace
}  // namespace arges::language
