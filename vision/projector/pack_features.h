// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "vision/tiles/anyres_plan.h"

namespace arges::vision {

// copy_rows with lists of rows that lie on the host.
Status copy_listed_rows(const kernels::ExecContext& context, ConstTensorView in,
                        std::span<const std::int32_t> from, std::span<const std::int32_t> to,
                        TensorView out);

// The packed row that a tile's patch feature becomes, for each of the tile's patches in row-major
// order; −1 for a patch that lies in the padding. Tile 0 is the thumbnail (architecture.md §4.3).
std::vector<std::int32_t> packed_rows_of_tile(const TilePlan& plan, std::int64_t tile);

// The packed rows that hold image_newline: one after every kept row of the feature map.
std::vector<std::int32_t> newline_rows(const TilePlan& plan);

// Copies the projected patches of the tiles [first_tile, first_tile + tiles) to their packed rows.
// projected [tiles · patches, width] f32, packed [plan.token_count, width] f32.
Status pack_tiles(const kernels::ExecContext& context, const TilePlan& plan,
                  std::int64_t first_tile, std::int64_t tiles, ConstTensorView projected,
                  TensorView packed);

// Writes image_newline [width] f32 to its packed rows.
Status pack_newlines(const kernels::ExecContext& context, const TilePlan& plan,
                     ConstTensorView image_newline, TensorView packed);

}  // namespace arges::vision
