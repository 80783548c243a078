// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/panel_product.h"

namespace arges::kernels::cpu {

// Rows of activations in the order that products read them, cut into tiles. What type they are of
// is the weight's to say (Matrix::row_type):
//   f32:  tile t is [inputs, tiles.size(t)], as a PanelProduct reads it;
//   bf16: tile t is [inputs / 32, tiles.size(t), 32], rounded, as a DotProduct reads it; inputs
//         behind the last are zeros;
//   i8:   tile t is [inputs / 64, tiles.size(t), 64], quantised, then the scales of its groups,
//         [groups, tiles.size(t)], and then the sums of their integers, as an IntegerProduct reads
//         them.
struct TiledRows {
  std::byte* data = nullptr;
  std::int64_t inputs = 0;
  DType type = DType::kF32;
  RowTiles tiles;
  GroupFormat groups;  // the weight's, for rows of i8

  std::int64_t rows() const { return tiles.begin(tiles.count()); }
  std::int64_t row_bytes() const {
    if (type == DType::kF32) return inputs * std::int64_t{sizeof(float)};
    if (type == DType::kBF16) return padded_inputs(inputs) * 2;
    return integer_bytes() + group_count(groups, inputs) * kGroupBytes;
  }
  std::byte* tile(std::int64_t index) const { return data + tiles.begin(index) * row_bytes(); }

  // Some of them, as rows of their own: rows [first, first + count), which must have been written
  // as such.
  TiledRows part(std::int64_t first, const RowTiles& its_tiles) const {
    return {data + first * row_bytes(), inputs, type, its_tiles, groups};
  }

  // Where the parts of a tile of i8 begin.
  std::int8_t* integers(std::int64_t index) const {
    return reinterpret_cast<std::int8_t*>(tile(index));
  }
  float* scales(std::int64_t index) const {
    return reinterpret_cast<float*>(tile(index) + tiles.size(index) * integer_bytes());
  }
  std::int32_t* sums(std::int64_t index) const {
    return reinterpret_cast<std::int32_t*>(scales(index) +
                                           tiles.size(index) * group_count(groups, inputs));
  }

 private:
  static constexpr std::int64_t kGroupBytes = sizeof(float) + sizeof(std::int32_t);

  // Of a row of i8.
  std::int64_t integer_bytes() const {
    return (inputs + kIntegerBlock - 1) / kIntegerBlock * kIntegerBlock;
  }
};

// How rows are cut for this weight.
RowTiles tiles_for(const Matrix& weight, std::int64_t rows);

// Unwritten rows for this weight, in the workspace.
Result<TiledRows> allocate_tiles(const ExecContext& context, const Matrix& weight,
                                 std::int64_t rows);

// Writes inputs [first, first + count) of one tile, whose rows are given from their input `first`
// on. `first` is a multiple of kPanel, for rows of i8 of a group, and so is what follows, but for
// the row's end; with the last input, the padding is written too.
void write_tile(const TiledRows& x, std::int64_t tile, std::span<const float* const> rows,
                std::int64_t first, std::int64_t count);

// x [rows, inputs] f32 in tiles for this weight, in the workspace or, where that is the same, as it
// lies.
Result<TiledRows> tile_rows(const ExecContext& context, const Matrix& weight, const float* x,
                            std::int64_t rows);

}  // namespace arges::kernels::cpu
