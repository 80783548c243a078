// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/matrix_product.h"

#include <algorithm>

#include "kernels/cpu/panel_layout.h"

namespace arges::kernels::cpu {
namespace {

// Inputs between two visits to the sums: a tile of weights of this depth, two panels of f32 wide,
// stays in the first-level cache while all rows of the part pass over it.
constexpr std::int64_t kDepthBlock = 256;

// Parts for each thread, so that one that comes late finds less left to do; and the narrowest part,
// which still keeps several sums going at once.
constexpr std::int64_t kPartsAThread = 2;
constexpr std::int64_t kFewestPanelsInPart = 2;

// Weights that a part reads at least, each of its tiles of rows anew, unless it is wide enough:
// some microseconds, which is what it takes several threads to share a loop.
constexpr std::int64_t kLeastBytes = 64 * 1024;

// A tile of rows, some panels, a stretch of inputs.
struct Piece {
  std::int64_t tile;
  std::int64_t panel;
  std::int64_t panels;
  std::int64_t begin;
  std::int64_t depth;
  float* sums;
  const std::byte* next;  // weights that are multiplied behind these, null when there are none
  std::int64_t turn;      // of the tiles that pass over the same weights, this one
  std::int64_t turns;
};

// This piece's share in bringing the next weights nearer.
WeightsAhead weights_ahead(const Piece& piece) {
  constexpr std::int64_t kLines = kDotBlock * kPanel * 2 / 64;
  return {reinterpret_cast<const std::uint16_t*>(piece.next), piece.turn * kLines / piece.turns,
          (piece.turn + 1) * kLines / piece.turns};
}

void multiply_floats(const TiledRows& x, const Matrix& weight, const Piece& piece) {
  const std::int64_t size = x.tiles.size(piece.tile);
  panel_product({.x = reinterpret_cast<const float*>(x.tile(piece.tile)) + piece.begin * size,
                 .x_step = size,
                 .rows = size,
                 .w = weight_at(weight, piece.panel, piece.begin),
                 .dtype = weight.dtype,
                 .w_step = kPanel,
                 .panel_step = panel_inputs(weight) * kPanel,
                 .panels = piece.panels,
                 .depth = piece.depth,
                 .sums = piece.sums,
                 .sums_step = kPartWidth,
                 .resume = piece.begin > 0});
}

void multiply_dots(const TiledRows& x, const Matrix& weight, const Piece& piece) {
  const std::int64_t size = x.tiles.size(piece.tile);
  const std::byte* w = weight_at(weight, piece.panel, piece.begin);
  dot_unit().multiply(
      {.x = reinterpret_cast<const std::uint16_t*>(x.tile(piece.tile)) + piece.begin * size,
       .rows = size,
       .w = reinterpret_cast<const std::uint16_t*>(w),
       .panel_step = panel_inputs(weight) * kPanel,
       .panels = piece.panels,
       .blocks = padded_inputs(piece.depth) / kDotBlock,
       .sums = piece.sums,
       .sums_step = kPartWidth,
       .resume = piece.begin > 0,
       .ahead = weights_ahead(piece)});
}

void multiply_integers(const TiledRows& x, const Matrix& weight, const Piece& piece) {
  const std::int64_t size = x.tiles.size(piece.tile);
  const std::int64_t first_group = piece.begin / weight.groups.inputs;
  if (piece.begin == 0) {
    for (std::int64_t r = 0; r < size; ++r) {
      std::fill_n(piece.sums + r * kPartWidth, piece.panels * kPanel, 0.0f);
    }
  }
  integer_unit().multiply({.x = x.integers(piece.tile) + piece.begin * size,
                           .x_scales = x.scales(piece.tile) + first_group * size,
                           .x_sums = x.sums(piece.tile) + first_group * size,
                           .rows = size,
                           .w = weight_at(weight, piece.panel, piece.begin),
                           .panel_bytes = panel_bytes(weight),
                           .panels = piece.panels,
                           .groups = group_count(weight.groups, piece.depth),
                           .layout = {weight.groups},
                           .sums = piece.sums,
                           .sums_step = kPartWidth});
}

// The first tile behind `tile`, in the part, that is not as high.
std::int64_t end_of_height(const RowTiles& tiles, const Parts::Part& part, std::int64_t tile) {
  const std::int64_t height = tiles.size(tile);
  while (tile < part.last_tile && tiles.size(tile) == height) ++tile;
  return tile;
}

// Behind the panels up to `panel` come, of the same inputs, the part's next ones and at its end
// those of the next part, which as a rule is this thread's, too.
const std::byte* weights_behind(const Matrix& weight, std::int64_t panel, std::int64_t begin) {
  return panel * kPanel < weight.rows ? weight_at(weight, panel, begin) : nullptr;
}

// One stretch of inputs of one part, `step` panels at a time. Tiles of one height pass over all
// panels before those of another: for some units a change of height takes time.
template <typename Multiply>
void product_block(const TiledRows& x, const Matrix& weight, const Parts::Part& part,
                   std::int64_t step, std::int64_t begin, std::int64_t depth, float* sums,
                   const Multiply& multiply) {
  const std::int64_t first_row = x.tiles.begin(part.first_tile);
  std::int64_t first = part.first_tile;
  while (first < part.last_tile) {
    const std::int64_t end = end_of_height(x.tiles, part, first);
    for (std::int64_t panel = 0; panel < part.panels; panel += step) {
      for (std::int64_t tile = first; tile < end; ++tile) {
        multiply(x, weight,
                 {.tile = tile,
                  .panel = part.first_panel + panel,
                  .panels = std::min(step, part.panels - panel),
                  .begin = begin,
                  .depth = depth,
                  .sums = sums + (x.tiles.begin(tile) - first_row) * kPartWidth + panel * kPanel,
                  .next = weights_behind(weight, part.first_panel + panel + step, begin),
                  .turn = tile - first,
                  .turns = end - first});
      }
    }
    first = end;
  }
}

// One part, `block` inputs at a time; a single tile of rows takes all at once.
template <typename Multiply>
void product_blocks(const TiledRows& x, const Matrix& weight, const Parts::Part& part,
                    std::int64_t step, std::int64_t block, float* sums, const Multiply& multiply) {
  if (part.last_tile - part.first_tile == 1) block = std::max<std::int64_t>(1, x.inputs);
  std::int64_t begin = 0;
  do {
    product_block(x, weight, part, step, begin, std::min(block, x.inputs - begin), sums, multiply);
    begin += block;
  } while (begin < x.inputs);
}

template <typename Unit, typename Multiply>
void unit_product(const Unit& unit, const TiledRows& x, const Matrix& weight,
                  const Parts::Part& part, float* sums, const Multiply& multiply) {
  product_blocks(x, weight, part, unit.panels_at_once(x.tiles.size(part.first_tile)),
                 unit.inputs_at_a_time, sums, multiply);
  unit.end();
}

// The most rows of a part.
std::int64_t rows_in_part(const Matrix& weight) {
  switch (weight.row_type) {
    case DType::kBF16:
      return dot_unit().rows_at_a_time;
    case DType::kI8:
      return integer_unit().rows_at_a_time;
    default:
      return kRowsInPart;
  }
}

// How many parts of `size` there are in `count`, the last one perhaps smaller.
std::int64_t parts_of(std::int64_t count, std::int64_t size) {
  return (count + size - 1) / size;
}

}  // namespace

Parts::Parts(const RowTiles& rows, const Matrix& weight, std::int64_t threads,
             std::int64_t together)
    : tiles_(rows), outputs_(weight.rows), panels_((weight.rows + kPanel - 1) / kPanel) {
  cut_rows(rows_in_part(weight), kPartsAThread * threads);
  const std::int64_t fewest =
      std::clamp(kLeastBytes / std::max<std::int64_t>(1, tiles_in_part_ * panel_bytes(weight)),
                 kFewestPanelsInPart, kPanelsInPart);
  panels_in_part_ =
      std::clamp(panels_ * row_parts_ / (kPartsAThread * threads), fewest, kPanelsInPart);
  panels_in_part_ = (panels_in_part_ + together - 1) / together * together;
  column_parts_ = parts_of(panels_, panels_in_part_);
}

// Parts of up to `most_rows`, fewer where there would not be enough of them for all threads; nearly
// equal ones.
void Parts::cut_rows(std::int64_t most_rows, std::int64_t wanted) {
  const auto in_tiles = [&](std::int64_t rows) {
    return std::max<std::int64_t>(1, rows / tiles_.most());
  };
  const std::int64_t fewest = parts_of(tiles_.count(), in_tiles(most_rows));
  const std::int64_t most = parts_of(tiles_.count(), in_tiles(kRowsInPart));
  row_parts_ = std::clamp(
      parts_of(wanted, std::max<std::int64_t>(1, parts_of(panels_, kPanelsInPart))), fewest, most);
  tiles_in_part_ = parts_of(tiles_.count(), row_parts_);
  row_parts_ = parts_of(tiles_.count(), tiles_in_part_);
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

std::int64_t part_floats(const Matrix& weight, std::int64_t rows) {
  return std::min(rows, rows_in_part(weight) + kMostTileRows) * kPartWidth;
}

void product_part(const TiledRows& x, const Matrix& weight, const Parts::Part& part, float* sums) {
  if (x.type == DType::kF32) {
    return product_blocks(x, weight, part, panels_per_tile(x.tiles.size(part.first_tile)),
                          kDepthBlock, sums, multiply_floats);
  }
  if (x.type == DType::kBF16) {
    return unit_product(dot_unit(), x, weight, part, sums, multiply_dots);
  }
  unit_product(integer_unit(), x, weight, part, sums, multiply_integers);
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
