// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/shared_memory.cuh"
#include "kernels/cuda/warpgroup_sm80.cuh"

// Products of a few rows, 1 to 64, with a large matrix W [n, k] of bf16: y[m] = W · x[m]. Reading W
// takes the time, so it is read once, straight from memory into the operands of mma.sync: 32 rows
// of W a block, k cut among its 8 warps in stretches of 128, the warps' sums added in their order.
// What is added to what depends on k alone: a row's bits are the same in every batch.
namespace arges::kernels::cuda {

inline constexpr int kSkinnyThreads = 256;
inline constexpr int kSkinnyWarps = kSkinnyThreads / 32;
inline constexpr int kSkinnyOutputs = 32;  // rows of W a block
inline constexpr int kSkinnyRows = 64;     // the most rows of x
inline constexpr int kTokenTile = 8;       // rows of x that one product takes
inline constexpr int kStretch = 128;       // of k, at once in a warp's registers

// W passes by: it is not kept in the first cache, where x is.
__device__ inline uint4 load_weights(const __nv_bfloat16* from) {
  uint4 piece;
  asm volatile("ld.global.nc.L1::no_allocate.v4.b32 {%0, %1, %2, %3}, [%4];"
               : "=r"(piece.x), "=r"(piece.y), "=r"(piece.z), "=r"(piece.w)
               : "l"(from));
  return piece;
}

// The sums of all warps of a block for one tile of rows of x.
struct SkinnyMemory {
  float sums[kSkinnyWarps][kSkinnyOutputs * kTokenTile];
};

// 32 rows of a matrix [n, k] from row `first` on; those behind n are read as the last one.
struct SkinnyMatrix {
  const __nv_bfloat16* w;
  int n;
  int k;
  int first;
};

// One warp's part of them. The order of k within a step of mma.sync is free as long as both
// operands agree: a lane takes 8 consecutive elements, 16 bytes, of either. kSteps of 32 are in
// registers at once, a stretch or a part of one.
template <int kSteps>
class SkinnyWeights {
 public:
  __device__ explicit SkinnyWeights(const SkinnyMatrix& matrix) : k_(matrix.k) {
    const int lane = static_cast<int>(threadIdx.x) & 31;
    column_ = 8 * (lane & 3);
    at_ = static_cast<int>(threadIdx.x) / 32 * kStretch;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = min(matrix.first + 8 * i + (lane >> 2), matrix.n - 1);
      rows_[i] = matrix.w + static_cast<std::int64_t>(row) * k_ + column_;
    }
  }

  __device__ bool done() const {
    return at_ >= k_;
  }
  // The next part of the stretch, or the warp's next stretch.
  __device__ void next() {
    at_ += 32 * kSteps;
    if (at_ % kStretch == 0) at_ += (kSkinnyWarps - 1) * kStretch;
  }

  __device__ void load() {
#pragma unroll
    for (int u = 0; u < kSteps; ++u) {
      const int at = at_ + u * 32;
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        pieces_[u][i] = at + column_ < k_ ? load_weights(rows_[i] + at) : uint4{};
      }
    }
  }

  // sums[tile of W][tile of x]: outputs lane/4 (+ 8), rows of x 2 (lane mod 4), + 1. x_rows: this
  // lane's row of each tile of x, or null.
  template <int kTiles>
  __device__ void multiply(const __nv_bfloat16* const (&x_rows)[kTiles],
                           float (&sums)[2][kTiles][4]) const {
#pragma unroll
    for (int u = 0; u < kSteps; ++u) {
      const int at = at_ + u * 32 + column_;
#pragma unroll
      for (int tile = 0; tile < kTiles; ++tile) {
        uint4 b{};
        if (x_rows[tile] != nullptr && at < k_) {
          b = *reinterpret_cast<const uint4*>(x_rows[tile] + at);
        }
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const uint4& low = pieces_[u][2 * half];
          const uint4& high = pieces_[u][2 * half + 1];
          const std::uint32_t first[4] = {low.x, high.x, low.y, high.y};
          const std::uint32_t second[4] = {low.z, high.z, low.w, high.w};
          sm80::multiply(sums[half][tile], first, b.x, b.y);
          sm80::multiply(sums[half][tile], second, b.z, b.w);
        }
      }
    }
  }

 private:
  int k_;
  int column_;
  int at_;
  const __nv_bfloat16* rows_[4];
  uint4 pieces_[kSteps][4];
};

// Adds the warps' sums in order and hands each to store(output 0 … 31, row of x, sum): a warp's
// lanes 0 … 7 have one output, 8 … 15 the next.
template <int kTiles, class Store>
__device__ void add_warps(const float (&sums)[2][kTiles][4], SkinnyMemory& memory,
                          const Store& store) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & 31;
#pragma unroll
  for (int tile = 0; tile < kTiles; ++tile) {
    float* mine = memory.sums[thread / 32] + (lane >> 2) * kTokenTile + 2 * (lane & 3);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float* pair = &sums[i >> 1][tile][2 * (i & 1)];
      *reinterpret_cast<float2*>(mine + i * 8 * kTokenTile) = {pair[0], pair[1]};
    }
    __syncthreads();
    float sum = 0.0f;
#pragma unroll
    for (int warp = 0; warp < kSkinnyWarps; ++warp) sum += memory.sums[warp][thread];
    store(thread / kTokenTile, tile * kTokenTile + thread % kTokenTile, sum);
    __syncthreads();
  }
}

// All of it. x_row(m): where row m of x lies, m < count. `before` is called once, when the first
// weights have been asked for: nothing of the kernel before may be touched until then.
template <int kTiles, class Row, class Before, class Store>
__device__ void skinny_product(const SkinnyMatrix& matrix, int count, SkinnyMemory& memory,
                               const Row& x_row, const Before& before, const Store& store) {
  SkinnyWeights<(kTiles > 2 ? 2 : 4)> weights(matrix);
  const bool some = !weights.done();
  if (some) weights.load();
  before();
  const int lane = static_cast<int>(threadIdx.x) & 31;
  const __nv_bfloat16* x_rows[kTiles];
#pragma unroll
  for (int tile = 0; tile < kTiles; ++tile) {
    const int row = tile * kTokenTile + (lane >> 2);
    x_rows[tile] = row < count ? x_row(row) : nullptr;
  }
  float sums[2][kTiles][4] = {};
  if (some) {
    while (true) {
      weights.multiply(x_rows, sums);
      weights.next();
      if (weights.done()) break;
      weights.load();
    }
  }
  add_warps<kTiles>(sums, memory, store);
}

}  // namespace arges::kernels::cuda
