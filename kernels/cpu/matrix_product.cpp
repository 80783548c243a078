// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/matrix_product.h"

#include <algorithm>
#include <array>

#include "kernels/cpu/interleave.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Inputs between two visits to the sums: a tile of weights of this depth, two panels of f32 wide,
// stays in the first-level cache while all rows of the part pass over it.
constexpr std::int64_t kDepthBlock = 256;

// Parts for each thread, so that one that comes late finds less left to do; and the narrowest part,
// which still keeps several sums going at once.
constexpr std::int64_t kPartsAThread = 2;
constexpr std::int64_t kFewestPanelsInPart = 2;

const std::byte* weight_at(const Matrix& weight, std::int64_t panel, std::int64_t input) {
  const std::int64_t element = (panel * weight.cols + input) * kPanel;
  return static_cast<const std::byte*>(weight.data) +
         element * static_cast<std::int64_t>(dtype_size(weight.dtype));
}

// One depth block of one part.
void product_block(const TiledRows& x, const Matrix& weight, const Parts::Part& part,
                   std::int64_t begin, std::int64_t depth, float* sums) {
  const std::int64_t first_row = x.tiles.begin(part.first_tile);
  const std::int64_t step = panels_per_tile(x.tiles.size(part.first_tile));
  for (std::int64_t panel = 0; panel < part.panels; panel += step) {
    for (std::int64_t tile = part.first_tile; tile < part.last_tile; ++tile) {
      const std::int64_t row = x.tiles.begin(tile);
      const std::int64_t size = x.tiles.size(tile);
      panel_product({.x = x.data + row * x.inputs + begin * size,
                     .x_step = size,
                     .rows = size,
                     .w = weight_at(weight, part.first_panel + panel, begin),
                     .dtype = weight.dtype,
                     .w_step = kPanel,
                     .panel_step = weight.cols * kPanel,
                     .panels = std::min(step, part.panels - panel),
                     .depth = depth,
                     .sums = sums + (row - first_row) * kPartWidth + panel * kPanel,
                     .sums_step = kPartWidth,
                     .resume = begin > 0});
    }
  }
}

}  // namespace

void write_tile(std::span<const float* const> rows, std::int64_t inputs, float* tile) {
  interleave_rows(rows, inputs, tile, static_cast<std::int64_t>(rows.size()));
}

Result<TiledRows> tile_rows(const ExecContext& context, const float* x, std::int64_t rows,
                            std::int64_t inputs) {
  TiledRows tiled{x, inputs, RowTiles(rows)};
  if (rows <= 1) return tiled;
  ARGES_ASSIGN_OR_RETURN(const TensorView space, context.workspace->allocate({rows, inputs}));
  const RowTiles& tiles = tiled.tiles;
  context.pool->parallel_for(
      tiles.count(), row_grain(inputs * tiles.size(0)), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t tile = begin; tile < end; ++tile) {
          std::array<const float*, kMostTileRows> pointers{};
          const std::int64_t first = tiles.begin(tile);
          const auto size = static_cast<std::size_t>(tiles.size(tile));
          for (std::size_t r = 0; r < size; ++r) {
            pointers[r] = x + (first + static_cast<std::int64_t>(r)) * inputs;
          }
          write_tile({pointers.data(), size}, inputs, space.f32() + first * inputs);
        }
      });
  tiled.data = space.f32();
  return tiled;
}

Parts::Parts(std::int64_t rows, std::int64_t outputs, std::int64_t threads, std::int64_t together)
    : tiles_(rows),
      outputs_(outputs),
      tiles_in_part_(std::max<std::int64_t>(1, kRowsInPart / max_tile_rows())),
      row_parts_((tiles_.count() + tiles_in_part_ - 1) / tiles_in_part_) {
  const std::int64_t panels = (outputs + kPanel - 1) / kPanel;
  panels_in_part_ = std::clamp(panels * row_parts_ / (kPartsAThread * threads), kFewestPanelsInPart,
                               kPanelsInPart);
  panels_in_part_ = (panels_in_part_ + together - 1) / together * together;
  column_parts_ = (panels + panels_in_part_ - 1) / panels_in_part_;
}

Parts::Part Parts::part(std::int64_t index) const {
  const std::int64_t row_part = index / column_parts_;
  const std::int64_t width = panels_in_part_ * kPanel;
  const std::int64_t first_output = index % column_parts_ * width;
  Part part;
  part.first_tile = row_part * tiles_in_part_;
  part.last_tile = std::min(part.first_tile + tiles_in_part_, tiles_.count());
  part.columns = std::min(width, outputs_ - first_output);
  part.first_panel = first_output / kPanel;
  part.panels = (part.columns + kPanel - 1) / kPanel;
  return part;
}

std::int64_t part_floats(std::int64_t rows) {
  return std::min(rows, kRowsInPart + kMostTileRows) * kPartWidth;
}

void product_part(const TiledRows& x, const Matrix& weight, const Parts::Part& part, float* sums) {
  const bool one_tile = part.last_tile - part.first_tile == 1;
  const std::int64_t block = one_tile ? std::max<std::int64_t>(1, x.inputs) : kDepthBlock;
  std::int64_t begin = 0;
  do {
    product_block(x, weight, part, begin, std::min(block, x.inputs - begin), sums);
    begin += block;
  } while (begin < x.inputs);
}

Status store_product(const ExecContext& context, const TiledRows& x, const Matrix& weight,
                     const float* bias, Activation activation, float* out) {
  return matrix_product(context, x, weight, [&](const PartSums& part) {
    finish_linear({part.sums, kPartWidth}, part.rows, part.columns,
                  bias == nullptr ? nullptr : bias + part.first_column, activation,
                  {out + part.first_row * weight.rows + part.first_column, weight.rows});
  });
}

}  // namespace arges::kernels::cpu
