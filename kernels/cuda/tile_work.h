// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning.h"
#include "kernels/cuda/route_top_k.h"
#include "kernels/cuda/tensor_map.h"

namespace arges::kernels::cuda {

inline constexpr int kTileM = 128;  // rows of x
inline constexpr int kTileN = 256;  // outputs, or
inline constexpr int kNarrowTileN = 128;

// What a product of many rows is launched with.
struct TileWork {
  TensorMap x;                            // [rows, k], boxes of kTileM rows
  TensorMap w;                            // [groups · n, k], boxes of tile_n rows
  const std::int32_t* offsets = nullptr;  // [groups + 1]: a group's rows; null: one group has all
  int groups = 1;
  int rows = 0;
  int n = 0;  // outputs of a group
  int k = 0;
  int tile_n = kTileN;
};

}  // namespace arges::kernels::cuda
