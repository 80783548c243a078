// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/norm_tiles.h"

#include <array>

#include "kernels/cpu/norm_row.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// One tile's rows into `normed`, where they stay near until they are turned into the tile.
void norm_tile(const NormInput& input, const TiledRows& tiled, std::int64_t tile,
               float* inverse_rms, float* normed) {
  std::array<const float*, kMostTileRows> rows{};
  const auto size = static_cast<std::size_t>(tiled.tiles.size(tile));
  for (std::size_t r = 0; r < size; ++r) {
    const std::int64_t row = tiled.tiles.begin(tile) + static_cast<std::int64_t>(r);
    float* out = normed + row * input.width();
    const float inverse =
        norm_row(input.row(row), input.norm->weight.f32(), input.norm->epsilon, input.width(), out);
    if (inverse_rms != nullptr) inverse_rms[row] = inverse;
    rows[r] = out;
  }
  if (tiled.data != reinterpret_cast<std::byte*>(normed)) {
    write_tile(tiled, tile, {rows.data(), size}, 0, input.width());
  }
}

// Room for the tiles; a single row of floats already is one.
Result<TiledRows> tiles_beside(const ExecContext& context, const Matrix& weight, std::int64_t rows,
                               float* normed) {
  if (rows > 1 || weight.row_type != DType::kF32) return allocate_tiles(context, weight, rows);
  return TiledRows{
      reinterpret_cast<std::byte*>(normed), weight.cols, DType::kF32, RowTiles(rows), {}};
}

}  // namespace

Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input,
                             const Matrix& weight, float* inverse_rms, float* normed) {
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled, tiles_beside(context, weight, input.rows, normed));
  context.pool->parallel_for(input.rows == 0 ? 0 : tiled.tiles.count(),
                             row_grain(input.width() * tiled.tiles.size(0)),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t tile = begin; tile < end; ++tile) {
                                 norm_tile(input, tiled, tile, inverse_rms, normed);
                               }
                             });
  return tiled;
}

Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input,
                             const Matrix& weight, float* inverse_rms) {
  ARGES_ASSIGN_OR_RETURN(const TensorView normed,
                         context.workspace->allocate({input.rows, input.width()}));
  return norm_tiles(context, input, weight, inverse_rms, normed.f32());
}

}  // namespace arges::kernels::cpu
