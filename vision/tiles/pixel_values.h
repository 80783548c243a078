// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/status.h"
#include "kernels/base/thread_pool.h"
#include "vision/decode/image.h"
#include "vision/tiles/anyres_plan.h"

namespace arges::vision {

// Floats in [P, 3, S, S], the size of tile_pixels' output. Precondition: the plan came from
// plan_tiles with this configuration.
std::int64_t pixel_value_count(const TilePlan& plan, const TileConfig& config);

// A picture as the vision transformer sees it (architecture.md §4.2 steps 2–5), scaled and ready to
// be cut into tiles: the thumbnail (the whole picture, ratio not kept), then the canvas's tiles row
// by row.
class ScaledPicture {
 public:
  // Blocks until scaled; shares rows among the pool's threads when there is one, with the same
  // result. Errors: INVALID_ARGUMENT when plan and picture do not fit together, OUT_OF_MEMORY_HOST.
  static Result<ScaledPicture> create(const Image& image, const TilePlan& plan,
                                      const TileConfig& config, ThreadPool* pool);

  // Writes the tiles from `first` on that fill `out` [tiles, 3, S, S]. Padding is black before
  // normalising; values are (x / 255 − mean) / std, rounded as the reference processor rounds.
  // Precondition: the plan has so many tiles.
  void write_tiles(std::int64_t first, std::span<float> out, ThreadPool* pool) const;

 private:
  ScaledPicture(const TilePlan& plan, const TileConfig& config, Image thumbnail, Image resized);

  TilePlan plan_;
  TileConfig config_;
  Image thumbnail_;
  Image resized_;
};

// All tiles in one go: `out` [P, 3, S, S]. INVALID_ARGUMENT when it has another size.
Status tile_pixels(const Image& image, const TilePlan& plan, const TileConfig& config,
                   std::span<float> out, ThreadPool* pool);

}  // namespace arges::vision
