// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/shared_memory.cuh"

// Sums over an fp32 row by a block, and the row divided by its rms.
namespace arges::kernels::cuda {

__device__ inline float add_squares(const float4& x, float sum) {
  return fmaf(x.w, x.w, fmaf(x.z, x.z, fmaf(x.y, x.y, fmaf(x.x, x.x, sum))));
}

__device__ inline float warp_sum(float x) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
  return x;
}

// The same in all threads, added in one order. `sums` may be used again behind the next barrier.
template <int kThreads>
__device__ float block_sum(float x, float (&sums)[kThreads / 32]) {
  x = warp_sum(x);
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = x;
  __syncthreads();
  float total = 0.0f;
#pragma unroll
  for (int warp = 0; warp < kThreads / 32; ++warp) total += sums[warp];
  return total;
}

__device__ inline void store_normed(__nv_bfloat16* to, const float4& x, float scale,
                                    const float4& norm) {
  *reinterpret_cast<uint2*>(to) = {pack_bf16(x.x * scale * norm.x, x.y * scale * norm.y),
                                   pack_bf16(x.z * scale * norm.z, x.w * scale * norm.w)};
}

}  // namespace arges::kernels::cuda
