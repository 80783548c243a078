// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/norm_tiles.h"

#include <array>

#include "kernels/cpu/norm_row.h"

namespace arges::kernels::cpu {
namespace {

// One tile's rows into `normed`, where they stay near until they are turned into the tile.
void norm_tile(const NormInput& input, std::int64_t first, std::size_t size, float* inverse_rms,
               float* normed, float* tile) {
  std::array<const float*, kMostTileRows> rows{};
  for (std::size_t r = 0; r < size; ++r) {
    const std::int64_t row = first + static_cast<std::int64_t>(r);
    float* out = normed + row * input.width();
    const float inverse =
        norm_row(input.row(row), input.norm->weight.f32(), input.norm->epsilon, input.width(), out);
    if (inverse_rms != nullptr) inverse_rms[row] = inverse;
    rows[r] = out;
  }
  if (tile != normed) write_tile({rows.data(), size}, input.width(), tile + first * input.width());
}

}  // namespace

Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input, float* inverse_rms,
                             float* normed) {
  const RowTiles tiles(input.rows);
  float* data = normed;  // a single row already is a tile
  if (input.rows > 1) {
    ARGES_ASSIGN_OR_RETURN(const TensorView space,
                           context.workspace->allocate({input.rows, input.width()}));
    data = space.f32();
  }
  context.pool->parallel_for(
      input.rows == 0 ? 0 : tiles.count(), row_grain(input.width() * tiles.size(0)),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t tile = begin; tile < end; ++tile) {
          norm_tile(input, tiles.begin(tile), static_cast<std::size_t>(tiles.size(tile)),
                    inverse_rms, normed, data);
        }
      });
  return TiledRows{data, input.width(), tiles};
}

Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input,
                             float* inverse_rms) {
  ARGES_ASSIGN_OR_RETURN(const TensorView normed,
                         context.workspace->allocate({input.rows, input.width()}));
  return norm_tiles(context, input, inverse_rms, normed.f32());
}

}  // namespace arges::kernels::cpu
