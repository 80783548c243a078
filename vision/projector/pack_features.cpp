// SPDX-License-Identifier: Apache-2.0
#include "vision/projector/pack_features.h"

#include <numeric>

#include "kernels/op_table.h"

namespace arges::vision {
namespace {

// The packed row of a cell of the canvas's feature map, −1 outside the kept part.
std::int32_t packed_row(const TilePlan& plan, int map_row, int map_col) {
  const bool kept = map_row >= plan.row_begin && map_row < plan.row_end &&
                    map_col >= plan.col_begin && map_col < plan.col_end;
  if (!kept) return -1;
  const int line = plan.kept_cols() + 1;
  return plan.thumbnail_tokens + (map_row - plan.row_begin) * line + (map_col - plan.col_begin);
}

}  // namespace

Status copy_listed_rows(const kernels::ExecContext& context, ConstTensorView in,
                        std::span<const std::int32_t> from, std::span<const std::int32_t> to,
                        TensorView out) {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView sources, context.workspace->upload(from));
  ARGES_ASSIGN_OR_RETURN(const TensorView targets, context.workspace->upload(to));
  return kernels::copy_rows(context, {in, sources, targets, out});
}

std::vector<std::int32_t> packed_rows_of_tile(const TilePlan& plan, std::int64_t tile) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(plan.thumbnail_tokens));
  if (tile == 0) {
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  const int side = plan.map_width / plan.grid_cols;  // patches along a tile's side
  const int tile_row = static_cast<int>(tile - 1) / plan.grid_cols;
  const int tile_col = static_cast<int>(tile - 1) % plan.grid_cols;
  for (int patch = 0; patch < side * side; ++patch) {
    rows[static_cast<std::size_t>(patch)] =
        packed_row(plan, tile_row * side + patch / side, tile_col * side + patch % side);
  }
  return rows;
}

std::vector<std::int32_t> newline_rows(const TilePlan& plan) {
  std::vector<std::int32_t> rows;
  const int line = plan.kept_cols() + 1;
  for (int row = 0; row < plan.kept_rows(); ++row) {
    rows.push_back(plan.thumbnail_tokens + row * line + plan.kept_cols());
  }
  return rows;
}

Status pack_tiles(const kernels::ExecContext& context, const TilePlan& plan,
                  std::int64_t first_tile, std::int64_t tiles, ConstTensorView projected,
                  TensorView packed) {
  std::vector<std::int32_t> from;
  std::vector<std::int32_t> to;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const std::vector<std::int32_t> rows = packed_rows_of_tile(plan, first_tile + tile);
    for (std::size_t patch = 0; patch < rows.size(); ++patch) {
      if (rows[patch] < 0) continue;
      from.push_back(static_cast<std::int32_t>(tile * plan.thumbnail_tokens) +
                     static_cast<std::int32_t>(patch));
      to.push_back(rows[patch]);
    }
  }
  return copy_listed_rows(context, projected, from, to, packed);
}

Status pack_newlines(const kernels::ExecContext& context, const TilePlan& plan,
                     ConstTensorView image_newline, TensorView packed) {
  const std::vector<std::int32_t> to = newline_rows(plan);
  const std::vector<std::int32_t> from(to.size(), 0);
  const ConstTensorView row = image_newline.reshaped({1, image_newline.shape[0]});
  return copy_listed_rows(context, row, from, to, packed);
}

}  // namespace arges::vision
