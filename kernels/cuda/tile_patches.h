// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// From scaled bytes to the rows that a vision transformer's first product takes: tiles are cut,
// black is put around the picture, bytes become normalised values and those the rows of patches, in
// one pass (architecture.md §4.1, §4.2 steps 3–5). Tile 0 is the thumbnail; the others are the
// canvas, row by row.
namespace arges::kernels::cuda {

struct TilePatchesArgs {
  const std::uint8_t* thumbnail = nullptr;  // [side, side, 3]
  const std::uint8_t* picture = nullptr;    // [height, width, 3], lies within the canvas
  int height = 0;
  int width = 0;
  int pad_top = 0;   // rows of the canvas before the picture
  int pad_left = 0;  // columns
  int grid_rows = 0;
  int grid_cols = 0;
  int side = 0;                   // of a tile, a multiple of `patch`
  int patch = 0;                  // at most 32
  const float* values = nullptr;  // [3, 256]: a byte's normalised value by channel
  // bf16 [1 + grid_rows · grid_cols, (side / patch)², row_stride]: channel, row and column of the
  // patch, then zeros.
  void* rows = nullptr;
  std::int64_t row_stride = 0;  // at least 3 · patch²
};

// INVALID_ARGUMENT for sizes or pointers that do not fit.
Status tile_patches(const TilePatchesArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
