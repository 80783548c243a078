// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/cuda/shared_memory.cuh"
#include "tests/kernels/cuda/products.h"

namespace arges::testing {

// Accumulator fragments to a matrix of `columns`, 16 rows a warp.
template <int kCount>
__device__ void write_fragments(const float (&d)[kCount], float* out) {
  constexpr int kColumns = kCount * 2;
  const int lane = static_cast<int>(threadIdx.x) & 31;
  const int row = static_cast<int>(threadIdx.x) / 32 * 16 + lane / 4;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    out[(row + (i & 2) * 4) * kColumns + (i >> 2) * 8 + 2 * (lane & 3) + (i & 1)] = d[i];
  }
}

// Four tiles come in, x = {0, 1} and y = {2, 3}; what each product makes of them goes out.
template <class Products, class Publish>
__device__ void compute_products(const uint4* tiles, float* out, Publish publish) {
  using namespace kernels::cuda;
  extern __shared__ char raw[];
  const std::uint32_t base = (shared_address(raw) + 1023u) & ~1023u;
  for (std::uint32_t i = threadIdx.x; i < 4 * kTileBytes / 16; i += 128) {
    store_piece(base + 16 * i, tiles[i]);
  }
  publish();
  __syncthreads();
  const std::uint32_t x = base;
  const std::uint32_t y = base + 2 * kTileBytes;
  const std::uint32_t lane = threadIdx.x & 31;
  std::uint32_t operand[8][4];
  for (std::uint32_t step = 0; step < 8; ++step) {
    const std::uint32_t row = threadIdx.x / 32 * 16 + (lane & 15);
    load_matrices(operand[step], piece_address(x, row, 2 * step + (lane >> 4)));
  }
  float square[32];
  Products::multiply_transposed(square, operand, y);
  Products::template wait<0>();
  Products::settle(square);
  write_fragments(square, out);
  Products::multiply_transposed(square, x, y);
  Products::template wait<0>();
  Products::settle(square);
  write_fragments(square, out + kSquare);
  for (float& value : square) value = 0.0f;
  Products::add_values(square, x, y);
  Products::template wait<0>();
  Products::settle(square);
  write_fragments(square, out + 2 * kSquare);
  float wide[64] = {};
  Products::add_to_state(wide, x, y);
  Products::template wait<0>();
  Products::settle(wide);
  write_fragments(wide, out + 3 * kSquare);
}

constexpr int kProductsSharedBytes = 4 * 8192 + 1024;

}  // namespace arges::testing
