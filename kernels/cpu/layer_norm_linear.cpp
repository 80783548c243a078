// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/layer_norm_row.h"
#include "kernels/cpu/matrix_product.h"

namespace arges::kernels::cpu {
namespace {

// One tile's rows into `normed`, and from there into the tile.
void norm_tile(const LayerNormLinearArgs& args, const TiledRows& tiled, std::int64_t tile,
               float* normed) {
  const std::int64_t width = tiled.inputs;
  const LayerNormRow norm{args.norm_weight.f32(), args.norm_bias.f32(), args.epsilon, width};
  const float* x = args.x.f32() + tiled.tiles.begin(tile) * width;
  std::array<const float*, kMostTileRows> rows{};
  const auto size = static_cast<std::size_t>(tiled.tiles.size(tile));
  for (std::size_t r = 0; r < size; ++r) {
    float* row = normed + static_cast<std::int64_t>(r) * width;
    layer_norm_row(norm, x + static_cast<std::int64_t>(r) * width, row);
    rows[r] = row;
  }
  write_tile(tiled, tile, {rows.data(), size}, 0, width);
}

}  // namespace

Status layer_norm_linear(const ExecContext& context, const LayerNormLinearArgs& args) {
  const std::int64_t rows = args.x.shape[0];
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled, allocate_tiles(context, *args.weight, rows));
  ARGES_RETURN_IF_ERROR(parallel_tasks(
      context, rows == 0 ? 0 : tiled.tiles.count(), tiled.tiles.size(0) * tiled.inputs,
      [&](std::int64_t tile, float* normed) { norm_tile(args, tiled, tile, normed); }));
  return store_product(context, tiled, *args.weight, args.bias.f32(), args.activation,
                       args.out.f32());
}

}  // namespace arges::kernels::cpu
