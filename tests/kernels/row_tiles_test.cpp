// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/cpu/panel_product.h"

namespace arges::kernels::cpu {
namespace {

TEST(RowTilesTest, TilesFollowOneAnotherAndTogetherAreTheRows) {
  for (const std::int64_t step : {1, 16}) {
    for (std::int64_t rows = 1; rows < 200; ++rows) {
      const RowTiles tiles(rows, 32, step);
      std::int64_t end = 0;
      for (std::int64_t tile = 0; tile < tiles.count(); ++tile) {
        SCOPED_TRACE(testing::Message() << "tile " << tile << " of " << rows << " rows");
        ASSERT_EQ(tiles.begin(tile), end);
        ASSERT_GT(tiles.size(tile), 0);
        ASSERT_LE(tiles.size(tile), 32);
        end += tiles.size(tile);
      }
      ASSERT_EQ(end, rows);
      ASSERT_EQ(tiles.begin(tiles.count()), rows);
    }
  }
}

TEST(RowTilesTest, AllButTheLastAreWholeStepsHigh) {
  for (std::int64_t rows = 1; rows < 200; ++rows) {
    const RowTiles tiles(rows, 32, 16);
    for (std::int64_t tile = 0; tile + 1 < tiles.count(); ++tile) {
      ASSERT_EQ(tiles.size(tile) % 16, 0) << "tile " << tile << " of " << rows << " rows";
    }
  }
}

}  // namespace
}  // namespace arges::kernels::cpu
