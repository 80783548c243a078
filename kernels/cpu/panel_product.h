// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/base/dtype.h"
#include "kernels/base/panel_groups.h"

namespace arges::kernels::cpu {

// Outputs in a panel of a packed weight, whatever its type.
constexpr std::int64_t kPanel = kPanelOutputs;

// A product of a few rows with some panels, the inner loop of every matrix product here:
//   sums[r, p · 16 + j] ← (resume ? the same : 0) + Σ_i x[i, r] · w[p, i, j]
// One fp32 accumulator for each sum, fused multiply-adds over ascending i; so a sum does not
// depend on which rows and panels are computed beside it, nor on the vector width, and a product
// cut into several along i by `resume` has the same bits.
struct PanelProduct {
  const float* x = nullptr;  // element (i, r) at x[i · x_step + r]
  std::int64_t x_step = 0;
  std::int64_t rows = 0;      // 1 to max_tile_rows()
  const void* w = nullptr;    // element (p, i, j) at w[p · panel_step + i · w_step + j]
  DType dtype = DType::kF32;  // of w: kF32, kBF16 or kF16, widened exactly
  std::int64_t w_step = kPanel;
  std::int64_t panel_step = 0;
  std::int64_t panels = 0;
  std::int64_t depth = 0;  // extent of i
  float* sums = nullptr;   // whole panels are written
  std::int64_t sums_step = 0;
  bool resume = false;
};

void panel_product(const PanelProduct& product);

// The most rows a product takes: what the accumulators of this machine's registers hold.
std::int64_t max_tile_rows();

// How many panels at once the product likes for that many rows.
std::int64_t panels_per_tile(std::int64_t rows);

// The most rows of a tile on any machine, whatever it is multiplied with.
constexpr std::int64_t kMostTileRows = 32;

// Rows cut into tiles of nearly equal height, the higher ones first.
class RowTiles {
 public:
  // None higher than a PanelProduct takes, or than `most`. All but the last are whole steps high:
  // hardware that takes as long for one row as for a step of them should meet no other.
  explicit RowTiles(std::int64_t rows) : RowTiles(rows, max_tile_rows()) {}
  RowTiles(std::int64_t rows, std::int64_t most, std::int64_t step = 1)
      : rows_(rows),
        most_(most),
        step_(step),
        count_(rows == 0 ? 1 : (rows + most - 1) / most),
        height_((rows + step - 1) / step / count_),
        higher_((rows + step - 1) / step % count_) {}

  std::int64_t count() const { return count_; }
  // First row of a tile; begin(count()) is the number of rows.
  std::int64_t begin(std::int64_t tile) const {
    return std::min(rows_, (tile * height_ + std::min(tile, higher_)) * step_);
  }
  std::int64_t size(std::int64_t tile) const { return begin(tile + 1) - begin(tile); }
  std::int64_t most() const { return most_; }

 private:
  std::int64_t rows_;
  std::int64_t most_;
  std::int64_t step_;
  std::int64_t count_;
  std::int64_t height_;  // in steps
  std::int64_t higher_;  // so many tiles have a step more
};

}  // namespace arges::kernels::cpu
