// SPDX-License-Identifier: Apache-2.0
#include "vision/projector/pack_features.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "vision/vit/config.h"

namespace arges::vision {
namespace {

TileConfig small_tiles() {
  TileConfig config;
  config.tile_side = 28;
  config.patch = 14;
  config.pinpoints = {{28, 28}, {28, 56}, {56, 28}, {56, 56}};
  return config;
}

// Every packed row a picture's tiles and newlines write.
std::vector<std::int32_t> written_rows(const TilePlan& plan) {
  std::vector<std::int32_t> rows = newline_rows(plan);
  for (std::int64_t tile = 0; tile < plan.tile_count; ++tile) {
    for (const std::int32_t row : packed_rows_of_tile(plan, tile)) {
      if (row >= 0) rows.push_back(row);
    }
  }
  return rows;
}

TEST(PackFeatures, WritesEveryPackedRowExactlyOnce) {
  for (const auto& [height, width] :
       std::vector<std::pair<int, int>>{{28, 28}, {56, 56}, {20, 50}, {50, 20}, {1, 1}, {33, 47}}) {
    const TilePlan plan = plan_tiles(height, width, small_tiles()).value();
    const std::vector<std::int32_t> rows = written_rows(plan);
    const std::set<std::int32_t> unique(rows.begin(), rows.end());
    EXPECT_EQ(static_cast<std::int64_t>(rows.size()), plan.token_count);
    EXPECT_EQ(static_cast<std::int64_t>(unique.size()), plan.token_count);
    EXPECT_EQ(*unique.begin(), 0);
    EXPECT_EQ(*unique.rbegin(), plan.token_count - 1);
  }
}

TEST(PackFeatures, OrdersThumbnailThenMapRowsWithANewlineAfterEach) {
  const TilePlan plan = plan_tiles(28, 56, small_tiles()).value();
  ASSERT_EQ(plan.token_count, 4 + 2 * (4 + 1));
  EXPECT_EQ(packed_rows_of_tile(plan, 0), (std::vector<std::int32_t>{0, 1, 2, 3}));
  EXPECT_EQ(packed_rows_of_tile(plan, 1), (std::vector<std::int32_t>{4, 5, 9, 10}));
  EXPECT_EQ(packed_rows_of_tile(plan, 2), (std::vector<std::int32_t>{6, 7, 11, 12}));
  EXPECT_EQ(newline_rows(plan), (std::vector<std::int32_t>{8, 13}));
}

TEST(VitConfigCheck, RefusesEveryFieldOutOfRange) {
  const std::vector<std::function<void(VitConfig&)>> defects = {
      [](auto& c) { c.tile_side = 0; },       [](auto& c) { c.tile_side = 335; },
      [](auto& c) { c.tile_side = 1 << 20; }, [](auto& c) { c.patch = 0; },
      [](auto& c) { c.patch = 1000; },        [](auto& c) { c.channels = 4; },
      [](auto& c) { c.hidden_size = 0; },     [](auto& c) { c.hidden_size = 1025; },
      [](auto& c) { c.num_layers = 0; },      [](auto& c) { c.num_heads = 0; },
      [](auto& c) { c.ffn_size = -4; },       [](auto& c) { c.norm_epsilon = 0; },
      [](auto& c) { c.projection_size = 0; },
  };
  EXPECT_TRUE(check_vit_config(VitConfig{}).ok());
  for (std::size_t i = 0; i < defects.size(); ++i) {
    VitConfig config;
    defects[i](config);
    EXPECT_EQ(check_vit_config(config).code(), StatusCode::kModelInvalid) << "defect " << i;
  }
}

}  // namespace
}  // namespace arges::vision
