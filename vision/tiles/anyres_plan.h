// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/base/status.h"

namespace arges::vision {

// The 28 canvases of MiniMax-VL-01 as (height, width), in the published order, which breaks ties
// (architecture.md §4.2).
std::vector<std::pair<int, int>> minimax_pinpoints();

// How a model wants its pictures cut. The defaults are MiniMax-VL-01's.
struct TileConfig {
  int tile_side = 336;                                                 // S, pixels
  int patch = 14;                                                      // pixels; divides tile_side
  std::vector<std::pair<int, int>> pinpoints = minimax_pinpoints();    // (h, w), multiples of S
  std::array<float, 3> mean = {0.48145466F, 0.4578275F, 0.40821073F};  // RGB, of values in 0..1
  std::array<float, 3> std = {0.26862954F, 0.26130258F, 0.27577711F};
};

// What becomes of one picture: which canvas it is scaled into, how that is cut into tiles, and
// which of the tiles' features reach the language model.
struct TilePlan {
  int original_height = 0, original_width = 0;  // pixels, upright
  int canvas_height = 0, canvas_width = 0;      // the chosen pinpoint
  int resized_height = 0, resized_width = 0;    // the picture within the canvas, ratio kept
  int pad_top = 0, pad_left = 0;                // black before it; the odd pixel goes after
  int grid_rows = 0, grid_cols = 0;             // tiles down and across the canvas
  int map_height = 0, map_width = 0;            // patches down and across the canvas
  int row_begin = 0, row_end = 0;               // map rows kept after unpadding, [begin, end)
  int col_begin = 0, col_end = 0;               // map columns kept
  int thumbnail_tokens = 0;                     // (S / patch)²
  std::int64_t tile_count = 0;                  // P: the thumbnail and the grid's tiles
  std::int64_t token_count = 0;  // thumbnail + kept rows × (kept columns + 1 image_newline)

  int kept_rows() const { return row_end - row_begin; }
  int kept_cols() const { return col_end - col_begin; }
};

// The plan for a picture of that size, exactly architecture.md §4.2–4.3: double arithmetic and
// floors as in the reference processor. Pure and cheap; needs no pixels.
// Errors: INVALID_ARGUMENT for a picture without area or so narrow that scaling leaves nothing of
// its short side; MODEL_INVALID for a configuration that cannot be cut into tiles and patches
// or has a canvas of more than 2^28 patches.
Result<TilePlan> plan_tiles(int height, int width, const TileConfig& config);

}  // namespace arges::vision
