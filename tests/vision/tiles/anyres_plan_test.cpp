// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/anyres_plan.h"

#include <gtest/gtest.h>

#include <climits>

#include "tests/vision/decode/golden.h"

namespace arges::vision {
namespace {

std::int64_t tokens(int height, int width, const TileConfig& config = {}) {
  auto plan = plan_tiles(height, width, config);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  return plan.ok() ? plan->token_count : -1;
}

TileConfig small_fixture() {
  return {.tile_side = 32, .patch = 16, .pinpoints = {{32, 32}, {64, 32}, {32, 64}}};
}

// architecture.md §4.3.
TEST(AnyresPlan, GivesThePublishedTokenCounts) {
  EXPECT_EQ(tokens(336, 336), 1176);
  EXPECT_EQ(tokens(480, 640), 2340);
  EXPECT_EQ(tokens(640, 480), 2352);
  EXPECT_EQ(tokens(1080, 1920), 9864);
  EXPECT_EQ(tokens(1024, 1024), 9888);
  EXPECT_EQ(tokens(768, 1024), 7560);
  EXPECT_EQ(tokens(100, 2000), 1736);
  EXPECT_EQ(tokens(2016, 1008), 11088);
  EXPECT_EQ(tokens(1008, 2016), 11016);
}

TEST(AnyresPlan, GivesTheSmallFixturesTokenCounts) {
  EXPECT_EQ(tokens(32, 32, small_fixture()), 10);
  EXPECT_EQ(tokens(64, 32, small_fixture()), 16);
  EXPECT_EQ(tokens(32, 64, small_fixture()), 14);
}

TEST(AnyresPlan, DescribesAPhotographOfFourByThree) {
  const auto plan = plan_tiles(480, 640, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->canvas_height, 672);
  EXPECT_EQ(plan->canvas_width, 672);
  EXPECT_EQ(plan->resized_height, 504);
  EXPECT_EQ(plan->resized_width, 672);
  EXPECT_EQ(plan->pad_top, 84);
  EXPECT_EQ(plan->pad_left, 0);
  EXPECT_EQ(plan->grid_rows, 2);
  EXPECT_EQ(plan->grid_cols, 2);
  EXPECT_EQ(plan->tile_count, 5);
  EXPECT_EQ(plan->thumbnail_tokens, 576);
  EXPECT_EQ(plan->map_height, 48);
  EXPECT_EQ(plan->row_begin, 6);
  EXPECT_EQ(plan->row_end, 42);
  EXPECT_EQ(plan->kept_rows(), 36);
  EXPECT_EQ(plan->kept_cols(), 48);
}

TEST(AnyresPlan, ListsTwentyEightPinpointsInThePublishedOrder) {
  const auto golden = testing::read_golden_json("image/plans.json");
  ASSERT_FALSE(golden.is_discarded());
  const std::vector<std::pair<int, int>> expected = golden["pinpoints"];
  EXPECT_EQ(minimax_pinpoints(), expected);
  EXPECT_EQ(expected.size(), 28u);
}

// A row of plans.json in the order of its columns.
std::vector<std::int64_t> as_row(const TilePlan& plan) {
  return {plan.original_height,
          plan.original_width,
          plan.canvas_height,
          plan.canvas_width,
          plan.resized_height,
          plan.resized_width,
          plan.pad_top,
          plan.pad_left,
          plan.canvas_height - plan.resized_height - plan.pad_top,
          plan.canvas_width - plan.resized_width - plan.pad_left,
          plan.tile_count,
          plan.kept_rows(),
          plan.kept_cols(),
          plan.token_count};
}

TEST(AnyresPlan, EqualsTheReferenceOnEveryRecordedSize) {
  const auto golden = testing::read_golden_json("image/plans.json");
  ASSERT_FALSE(golden.is_discarded());
  ASSERT_GT(golden["rows"].size(), 200u);
  for (const std::vector<std::int64_t> row : golden["rows"]) {
    const auto plan = plan_tiles(static_cast<int>(row[0]), static_cast<int>(row[1]), {});
    if (row[4] == 0 || row[5] == 0) {  // the reference cannot resize to nothing either
      EXPECT_EQ(plan.status().code(), StatusCode::kInvalidArgument);
    } else {
      ASSERT_TRUE(plan.ok());
      EXPECT_EQ(as_row(*plan), row);
    }
  }
}

TEST(AnyresPlan, KeepsItsPartsConsistentForAllShapes) {
  for (int height = 1; height <= 9000; height = height * 5 / 4 + 1) {
    for (int width = 1; width <= 9000; width = width * 4 / 3 + 1) {
      const auto plan = plan_tiles(height, width, {});
      if (!plan.ok()) continue;
      ASSERT_GE(plan->pad_top, 0);
      ASSERT_GE(plan->pad_left, 0);
      ASSERT_LE(plan->pad_top + plan->resized_height, plan->canvas_height);
      ASSERT_LE(plan->pad_left + plan->resized_width, plan->canvas_width);
      ASSERT_EQ(plan->map_height, plan->grid_rows * 24);
      ASSERT_TRUE(0 <= plan->row_begin && plan->row_begin <= plan->row_end);
      ASSERT_TRUE(0 <= plan->col_begin && plan->col_begin <= plan->col_end);
      ASSERT_LE(plan->token_count, 11088);
      ASSERT_LE(plan->tile_count, 19);
    }
  }
}

TEST(AnyresPlan, RefusesPicturesWithoutArea) {
  for (auto [height, width] : {std::pair{0, 1}, {1, 0}, {-5, 5}, {5, INT_MIN}, {1, INT_MAX}}) {
    EXPECT_EQ(plan_tiles(height, width, {}).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(AnyresPlan, RefusesConfigurationsThatCannotBeCut) {
  const auto refused = [](TileConfig config) {
    return plan_tiles(10, 10, config).status().code() == StatusCode::kModelInvalid;
  };
  EXPECT_TRUE(refused({.tile_side = 0}));
  EXPECT_TRUE(refused({.tile_side = -336}));
  EXPECT_TRUE(refused({.patch = 0}));
  EXPECT_TRUE(refused({.patch = 13}));
  EXPECT_TRUE(refused({.tile_side = INT_MAX, .patch = 1}));
  EXPECT_TRUE(refused({.pinpoints = {}}));
  EXPECT_TRUE(refused({.pinpoints = {{336, 335}}}));
  EXPECT_TRUE(refused({.pinpoints = {{336, 0}}}));
  EXPECT_TRUE(refused({.pinpoints = {{336, 336}, {-336, 336}}}));
  EXPECT_TRUE(refused({.tile_side = 1, .patch = 1, .pinpoints = {{INT_MAX, 1}}}));
  EXPECT_TRUE(refused({.pinpoints = std::vector<std::pair<int, int>>(5000, {336, 336})}));
}

// The square of the patches across a tile is the thumbnail's token count, an int.
TEST(AnyresPlan, RefusesMorePatchesThanItsCountsHold) {
  const auto plan_of = [](int tile, int patch, int side) {
    return plan_tiles(300, 300, {.tile_side = tile, .patch = patch, .pinpoints = {{side, side}}});
  };
  EXPECT_EQ(plan_of(65024, 1, 65024).status().code(), StatusCode::kModelInvalid);
  EXPECT_EQ(plan_of(65536, 1, 65536).status().code(), StatusCode::kModelInvalid);
  EXPECT_EQ(plan_of(1, 1, 65536).status().code(), StatusCode::kModelInvalid);
  EXPECT_EQ(plan_of(16385, 1, 16385).status().code(), StatusCode::kModelInvalid);
  const auto largest = plan_of(16384, 1, 16384);
  ASSERT_TRUE(largest.ok()) << largest.status().message();
  EXPECT_EQ(largest->thumbnail_tokens, 1 << 28);
  EXPECT_EQ(largest->token_count, (std::int64_t{1} << 29) + 16384);
  EXPECT_TRUE(plan_of(65536, 4, 65536).ok());
}

}  // namespace
}  // namespace arges::vision
