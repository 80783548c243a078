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

// The picture as the vision transformer sees it (architecture.md §4.2 steps 2–5). Writes
// `out` [P, 3, S, S]: the thumbnail (the whole picture, ratio not kept), then the canvas's tiles
// row by row. Padding is black before normalising; values are (x / 255 − mean) / std, rounded as
// the reference processor rounds. Blocks until written; shares rows among the pool's threads when
// there is one, with the same result. Errors: INVALID_ARGUMENT when plan, picture and out do not
// fit together, OUT_OF_MEMORY_HOST.
Status tile_pixels(const Image& image, const TilePlan& plan, const TileConfig& config,
                   std::span<float> out, ThreadPool* pool);

}  // namespace arges::vision
