// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/tile_work.h"

namespace arges::kernels::cuda {

struct Tile {
  int group;
  int row;       // the first of x
  int rows_end;  // of the group
  int output;    // the first
};

// The tiles of a work in the order in which blocks take them: groups one behind another, within one
// bands of kBand tiles of rows, so that what the blocks of one moment read fits the L2 cache.
struct TileList {
  static constexpr int kBand = 16;

  int begins[kMaxExperts + 1];  // of a group's tiles
  int rows[kMaxExperts + 1];

  // By all threads of a block, with a barrier at the end.
  __device__ void make(const TileWork& work) {
    for (int g = static_cast<int>(threadIdx.x); g <= work.groups;
         g += static_cast<int>(blockDim.x)) {
      rows[g] = work.offsets != nullptr ? work.offsets[g] : g * work.rows;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int begin = 0;
      for (int g = 0; g < work.groups; ++g) {
        begins[g] = begin;
        begin += tiles_of_rows(g) * tiles_of_outputs(work);
      }
      begins[work.groups] = begin;
    }
    __syncthreads();
  }

  __device__ int tiles(const TileWork& work) const { return begins[work.groups]; }

  __device__ Tile tile(const TileWork& work, int index) const {
    int group = 0;
#pragma unroll
    for (int step = kMaxExperts / 2; step > 0; step /= 2) {
      if (group + step < work.groups && begins[group + step] <= index) group += step;
    }
    const int inside = index - begins[group];
    const int band_tiles = kBand * tiles_of_outputs(work);
    const int band = inside / band_tiles;
    const int height = min(kBand, tiles_of_rows(group) - band * kBand);
    const int in_band = inside - band * band_tiles;
    return {group, rows[group] + (band * kBand + in_band % height) * kTileM, rows[group + 1],
            in_band / height * work.tile_n};
  }

 private:
  __device__ int tiles_of_rows(int group) const {
    return (rows[group + 1] - rows[group] + kTileM - 1) / kTileM;
  }
  __device__ static int tiles_of_outputs(const TileWork& work) {
    return (work.n + work.tile_n - 1) / work.tile_n;
  }
};

}  // namespace arges::kernels::cuda
