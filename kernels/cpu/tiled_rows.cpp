// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/tiled_rows.h"

#include <array>

#include "kernels/cpu/interleave.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/quantise_row.h"
#include "kernels/cpu/round_row.h"

namespace arges::kernels::cpu {
namespace {

void round_tile(const TiledRows& x, std::int64_t tile, std::span<const float* const> rows,
                std::int64_t first, std::int64_t count) {
  const bool last = first + count == x.inputs;
  auto* out = reinterpret_cast<std::uint16_t*>(x.tile(tile));
  for (const float* row : rows) {
    round_row({.in = row,
               .first = first,
               .count = count,
               .padded = last ? padded_inputs(x.inputs) - first : count,
               .out = out,
               .block_step = std::ssize(rows) * kDotBlock});
    out += kDotBlock;
  }
}

void quantise_tile(const TiledRows& x, std::int64_t tile, std::span<const float* const> rows,
                   std::int64_t first, std::int64_t count) {
  const std::int64_t height = std::ssize(rows);
  for (std::int64_t r = 0; r < height; ++r) {
    quantise_row({.in = rows[static_cast<std::size_t>(r)],
                  .count = count,
                  .first = first,
                  .group_inputs = x.groups.inputs,
                  .out = x.integers(tile) + r * kIntegerBlock,
                  .block_step = height * kIntegerBlock,
                  .scales = x.scales(tile) + r,
                  .sums = x.sums(tile) + r,
                  .group_step = height});
  }
}

}  // namespace

RowTiles tiles_for(const Matrix& weight, std::int64_t rows) {
  switch (weight.row_type) {
    case DType::kBF16:
      return RowTiles(rows, dot_unit().tile_rows, dot_unit().row_step);
    case DType::kI8:
      return RowTiles(rows, integer_unit().tile_rows, integer_unit().row_step);
    default:
      return RowTiles(rows);
  }
}

Result<TiledRows> allocate_tiles(const ExecContext& context, const Matrix& weight,
                                 std::int64_t rows) {
  TiledRows x{nullptr, weight.cols, weight.row_type, tiles_for(weight, rows), weight.groups};
  ARGES_ASSIGN_OR_RETURN(const TensorView space,
                         context.workspace->allocate({rows * x.row_bytes()}, DType::kU8));
  x.data = static_cast<std::byte*>(space.data);
  return x;
}

void write_tile(const TiledRows& x, std::int64_t tile, std::span<const float* const> rows,
                std::int64_t first, std::int64_t count) {
  const auto height = static_cast<std::int64_t>(rows.size());
  if (x.type == DType::kF32) {
    float* out = reinterpret_cast<float*>(x.tile(tile)) + first * height;
    return interleave_rows(rows, count, out, height);
  }
  if (x.type == DType::kBF16) return round_tile(x, tile, rows, first, count);
  quantise_tile(x, tile, rows, first, count);
}

Result<TiledRows> tile_rows(const ExecContext& context, const Matrix& weight, const float* x,
                            std::int64_t rows) {
  const std::int64_t inputs = weight.cols;
  if (rows <= 1 && weight.row_type == DType::kF32) {
    auto* as_they_lie = const_cast<float*>(x);  // tiles are not written to behind this
    return TiledRows{
        reinterpret_cast<std::byte*>(as_they_lie), inputs, DType::kF32, RowTiles(rows), {}};
  }
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled, allocate_tiles(context, weight, rows));
  const RowTiles& tiles = tiled.tiles;
  context.pool->parallel_for(
      rows == 0 ? 0 : tiles.count(), row_grain(inputs * tiles.size(0)),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t tile = begin; tile < end; ++tile) {
          std::array<const float*, kMostTileRows> pointers{};
          const auto size = static_cast<std::size_t>(tiles.size(tile));
          for (std::size_t r = 0; r < size; ++r) {
            pointers[r] = x + (tiles.begin(tile) + static_cast<std::int64_t>(r)) * inputs;
          }
          write_tile(tiled, tile, {pointers.data(), size}, 0, inputs);
        }
      });
  return tiled;
}

}  // namespace arges::kernels::cpu
