// SPDX-License-Identifier: Apache-2.0
#include "vision/tiles/pixel_values.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/npy.h"
#include "tests/vision/decode/golden.h"

namespace arges::vision {
namespace {

std::vector<float> tiles_of(const Image& image, const TileConfig& config, ThreadPool* pool) {
  auto plan = plan_tiles(image.height, image.width, config);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  std::vector<float> out(static_cast<std::size_t>(pixel_value_count(*plan, config)));
  const Status status = tile_pixels(image, *plan, config, out, pool);
  EXPECT_TRUE(status.ok()) << status.message();
  return out;
}

// The bytes [S, S, 3] that a normalised tile [3, S, S] was made from.
std::vector<std::uint8_t> bytes_of(const float* tile, const TileConfig& config) {
  const auto area = static_cast<std::size_t>(config.tile_side * config.tile_side);
  std::vector<std::uint8_t> bytes(area * 3);
  for (std::size_t i = 0; i < area; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float unit = tile[c * area + i] * config.std[c] + config.mean[c];
      bytes[i * 3 + c] = static_cast<std::uint8_t>(std::lround(unit * 255));
    }
  }
  return bytes;
}

TEST(TilePixels, HaveTheReferencesBytesInEveryTile) {
  const auto golden = testing::read_golden_json("image/tiles.json");
  ASSERT_FALSE(golden.is_discarded());
  const TileConfig config;
  for (const auto& entry : golden["cases"]) {
    SCOPED_TRACE(entry["source"].get<std::string>());
    const Image image = testing::decode_golden("image/" + entry["source"].get<std::string>());
    const std::vector<float> out = tiles_of(image, config, nullptr);
    const std::size_t tile = 3u * 336u * 336u;
    ASSERT_EQ(out.size(), entry["patches"].get<std::size_t>() * tile);
    for (std::size_t i = 0; i < out.size() / tile; ++i) {
      EXPECT_EQ(testing::sha256(bytes_of(out.data() + i * tile, config)),
                entry["sha256"][i].get<std::string>())
          << "tile " << i;
    }
  }
}

TEST(TilePixels, EqualTheReferencesValuesToOneInAMillion) {
  const auto golden = testing::read_golden_json("vl/cases.json");
  ASSERT_FALSE(golden.is_discarded());
  const TileConfig config{.tile_side = golden["tile"],
                          .patch = golden.value("patch", 14),
                          .pinpoints = golden["pinpoints"]};
  for (const auto& entry : golden["images"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const Image image = testing::decode_golden("vl/" + entry["file"].get<std::string>());
    const std::vector<float> out = tiles_of(image, config, nullptr);
    const auto expected = arges::testing::read_npy(std::string(ARGES_GOLDEN_DIR) + "/vl/" +
                                                   entry["pixel_values"].get<std::string>());
    ASSERT_EQ(out.size(), expected.values.size());
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], expected.values[i], 1e-6);
    EXPECT_EQ(plan_tiles(image.height, image.width, config)->token_count,
              entry["tokens"].get<std::int64_t>());
  }
}

TEST(TilePixels, PadWithBlackBeforeNormalising) {
  const TileConfig config{.tile_side = 4, .patch = 2, .pinpoints = {{4, 4}}};
  const Image white{1, 2, std::vector<std::uint8_t>(6, 255)};  // 2 by 4 of the 4 by 4 canvas
  const std::vector<float> out = tiles_of(white, config, nullptr);
  ASSERT_EQ(out.size(), 96u);
  for (std::size_t c = 0; c < 3; ++c) {
    const float black = (0.0F - config.mean[c]) / config.std[c];
    const float lit = (1.0F - config.mean[c]) / config.std[c];
    const float* tile = out.data() + 48 + c * 16;
    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(tile[i], i / 4 % 3 == 0 ? black : lit) << i;
    EXPECT_EQ(out[c * 16], lit);  // the thumbnail has no padding
  }
}

TEST(TilePixels, DoNotDependOnThreads) {
  const Image image = testing::decode_golden("image/resize/gradient_37x211.png");
  ThreadPool pool(3);
  EXPECT_EQ(tiles_of(image, {}, nullptr), tiles_of(image, {}, &pool));
}

TEST(TilePixels, RefuseAPlanOrAnOutputThatDoesNotFit) {
  const TileConfig config{.tile_side = 4, .patch = 2, .pinpoints = {{4, 4}}};
  const Image image{2, 2, std::vector<std::uint8_t>(12)};
  const TilePlan plan = *plan_tiles(2, 2, config);
  std::vector<float> out(static_cast<std::size_t>(pixel_value_count(plan, config)));
  const auto code = [&](const TilePlan& used, std::span<float> to) {
    return tile_pixels(image, used, config, to, nullptr).code();
  };
  EXPECT_EQ(code(plan, out), StatusCode::kOk);
  EXPECT_EQ(code(plan, std::span(out).first(out.size() - 1)), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(*plan_tiles(2, 3, config), out), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arges::vision
