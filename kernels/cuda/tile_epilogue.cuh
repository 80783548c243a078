// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/expert_ffn.h"
#include "kernels/cuda/linear.h"
#include "kernels/cuda/linear_activation.cuh"
#include "kernels/cuda/tile_list.cuh"

// What becomes of the sums of a tile of products (tile_product_sm90.cuh). A warp has 16 rows of 256
// outputs, or of 128: a lane rows lane/4 and lane/4 + 8, outputs 8 j + 2 (lane mod 4) and the next,
// as sums 4 j + {0, 1} and 4 j + {2, 3}.
namespace arges::kernels::cuda {

inline constexpr int kTileColumns = kTileN / 8;  // eights of outputs

// Lane q of four gets word q of each of them, in their order: what a lane has of four columns
// becomes one column's of four lanes, which lies together.
__device__ inline void transpose_four(std::uint32_t (&words)[4]) {
  const std::uint32_t lane = threadIdx.x & 3;
#pragma unroll
  for (int distance = 1; distance <= 2; distance *= 2) {
    const bool high = (lane & static_cast<std::uint32_t>(distance)) != 0;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if ((i & distance) != 0) continue;
      const std::uint32_t given = high ? words[i] : words[i + distance];
      const std::uint32_t got = __shfl_xor_sync(0xffffffffu, given, distance);
      words[i] = high ? got : words[i];
      words[i + distance] = high ? words[i + distance] : got;
    }
  }
}

// This lane's two rows of a tile.
struct TileRows {
  int row[2];
  bool present[2];

  __device__ TileRows(const Tile& tile, int first) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      row[half] = first + static_cast<int>(threadIdx.x & 31) / 4 + 8 * half;
      present[half] = row[half] < tile.rows_end;
    }
  }
};

// Pairs of a row of values per output, from column `first` on eight apart, all asked for before one
// is used; zeros past the end and without values.
template <int kPairs>
__device__ inline void load_pairs(const float* values, int first, int end,
                                  float2 (&pairs)[kPairs]) {
#pragma unroll
  for (int i = 0; i < kPairs; ++i) {
    const int column = first + 8 * i;
    pairs[i] = values != nullptr && column < end
                   ? __ldg(reinterpret_cast<const float2*>(values + column))
                   : float2{};
  }
}

// What `linear` makes of its sums: divided by the rms of their row, biased, activated, added to a
// residual; fp32 or bf16. The activation is chosen once a tile, so that the chains of neighbouring
// sums run side by side.
struct LinearEpilogue {
  LinearArgs args;

  template <int kSums>
  __device__ void store(const float (&sums)[kSums], const TileWork& work, const Tile& tile,
                        int first) const {
    switch (args.activation) {
      case LinearActivation::kGeluErf:
        return store_as<LinearActivation::kGeluErf>(sums, work, tile, first);
      case LinearActivation::kLightning:
        return store_as<LinearActivation::kLightning>(sums, work, tile, first);
      case LinearActivation::kNone:
        return store_as<LinearActivation::kNone>(sums, work, tile, first);
    }
  }

 private:
  // Two neighbours.
  template <LinearActivation kActivation>
  __device__ float2 finish(const float* pair, float scale, const float2& bias, int column) const {
    return {activate<kActivation>(args, pair[0] * scale + bias.x, column),
            activate<kActivation>(args, pair[1] * scale + bias.y, column)};
  }

  __device__ float scale_of(int row, bool present) const {
    if (args.square_sums == nullptr || !present) return 1.0f;
    float sum = 0.0f;
    for (int part = 0; part < args.square_parts; ++part) {
      sum += args.square_sums[part * args.square_stride + row];
    }
    return rsqrtf(sum / static_cast<float>(args.inputs) + args.epsilon);
  }

  template <LinearActivation kActivation, int kSums>
  __device__ void store_as(const float (&sums)[kSums], const TileWork& work, const Tile& tile,
                           int first) const {
    const TileRows rows(tile, first);
    const float scales[2] = {scale_of(rows.row[0], rows.present[0]),
                             scale_of(rows.row[1], rows.present[1])};
    if (args.sums != nullptr) {
      store_floats<kActivation>(sums, work, tile, rows, scales);
    } else {
      store_narrowed<kActivation>(sums, work, tile, rows, scales);
    }
  }

  template <LinearActivation kActivation, int kSums>
  __device__ void store_narrowed(const float (&sums)[kSums], const TileWork& work, const Tile& tile,
                                 const TileRows& rows, const float (&scales)[2]) const {
    constexpr int kAtOnce = 16;
    auto* y = static_cast<__nv_bfloat16*>(args.y);
    const int lane = static_cast<int>(threadIdx.x & 3);
    const int first = tile.output + 2 * lane;
#pragma unroll
    for (int begin = 0; begin < kSums / 4; begin += kAtOnce) {
      float2 bias[kAtOnce];
      load_pairs(args.bias, first + 8 * begin, work.n, bias);
#pragma unroll
      for (int j = 0; j < kAtOnce; j += 4) {
        const int column = tile.output + 8 * (begin + j + lane);
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          std::uint32_t words[4];
#pragma unroll
          for (int i = 0; i < 4; ++i) {
            const int at = begin + j + i;
            const float2 sum = finish<kActivation>(&sums[4 * at + 2 * half], scales[half],
                                                   bias[j + i], first + 8 * at);
            words[i] = pack_bf16(sum.x, sum.y);
          }
          transpose_four(words);
          if (!rows.present[half] || column >= work.n) continue;
          *reinterpret_cast<uint4*>(y + rows.row[half] * args.y_stride + column) = {
              words[0], words[1], words[2], words[3]};
        }
      }
    }
  }

  // What the residual has of both rows in kAtOnce columns is asked for before any is written: it
  // may lie where the sums go, so that otherwise each would wait for the one before.
  template <LinearActivation kActivation, int kSums>
  __device__ void store_floats(const float (&sums)[kSums], const TileWork& work, const Tile& tile,
                               const TileRows& rows, const float (&scales)[2]) const {
    constexpr int kAtOnce = 8;
    const NormedResidual& residual = args.residual;
    const int first = tile.output + 2 * static_cast<int>(threadIdx.x & 3);
    float rms[2] = {1.0f, 1.0f};
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      if (residual.norm != nullptr && rows.present[half]) {
        rms[half] = residual.inverse_rms[rows.row[half]];
      }
    }
#pragma unroll
    for (int j = 0; j < kSums / 4; j += kAtOnce) {
      float2 bias[kAtOnce];
      float2 x[2][kAtOnce];
      load_pairs(args.bias, first + 8 * j, work.n, bias);
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const std::int64_t begin = rows.row[half] * args.y_stride;
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
          const int column = first + 8 * (j + i);
          const bool wanted = residual.x != nullptr && rows.present[half] && column < work.n;
          x[half][i] =
              wanted ? *reinterpret_cast<const float2*>(residual.x + begin + column) : float2{};
        }
      }
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const std::int64_t begin = rows.row[half] * args.y_stride;
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
          const int column = first + 8 * (j + i);
          const float2 sum =
              finish<kActivation>(&sums[4 * (j + i) + 2 * half], scales[half], bias[i], column);
          if (!rows.present[half] || column >= work.n) continue;
          *reinterpret_cast<float2*>(args.sums + begin + column) =
              add(sum, x[half][i], rms[half], column);
        }
      }
    }
  }

  // To a row's residual.
  __device__ float2 add(const float2& sum, const float2& x, float rms, int column) const {
    const NormedResidual& residual = args.residual;
    if (residual.x == nullptr) return sum;
    const float2 norm = residual.norm != nullptr
                            ? __ldg(reinterpret_cast<const float2*>(residual.norm + column))
                            : float2{1.0f, 1.0f};
    return {residual.alpha * (x.x * rms * norm.x) + residual.beta * sum.x,
            residual.alpha * (x.y * rms * norm.y) + residual.beta * sum.y};
  }
};

// Outputs are gate and up by turns: SiLU(gate) · up, bf16 [rows, ffn].
struct GateUpEpilogue {
  __nv_bfloat16* inner;
  int ffn;

  __device__ void store(const float (&sums)[128], const TileWork&, const Tile& tile,
                        int first) const {
    const TileRows rows(tile, first);
#pragma unroll
    for (int j = 0; j < kTileColumns; j += 4) {
      std::uint32_t words[4];  // of both rows
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float* four = &sums[4 * (j + i)];
        words[i] = pack_bf16(silu(four[0]) * four[1], silu(four[2]) * four[3]);
      }
      transpose_four(words);
      const int column = tile.output / 2 + 4 * (j + static_cast<int>(threadIdx.x & 3));
      if (column >= ffn) continue;
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        if (!rows.present[half]) continue;
        const unsigned halves = half == 0 ? 0x5410u : 0x7632u;
        *reinterpret_cast<uint2*>(inner + std::int64_t{rows.row[half]} * ffn + column) = {
            __byte_perm(words[0], words[1], halves), __byte_perm(words[2], words[3], halves)};
      }
    }
  }
};

// Weighted and back to the order of routes: fp32 [routes, hidden].
struct DownEpilogue {
  float* out;
  const std::int32_t* order;
  const float* weights;

  __device__ void store(const float (&sums)[128], const TileWork& work, const Tile& tile,
                        int first) const {
    const TileRows rows(tile, first);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      if (!rows.present[half]) continue;
      const std::int64_t route = order[rows.row[half]];
      const float weight = weights[route];
#pragma unroll
      for (int j = 0; j < kTileColumns; ++j) {
        const int column = tile.output + 8 * j + 2 * static_cast<int>(threadIdx.x & 3);
        if (column >= work.n) break;
        *reinterpret_cast<float2*>(out + route * work.n + column) = {
            weight * sums[4 * j + 2 * half], weight * sums[4 * j + 2 * half + 1]};
      }
    }
  }
};

}  // namespace arges::kernels::cuda
