// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning.h"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

inline constexpr float kLog2E = 1.4426950408889634f;

__device__ inline float exp2_fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ inline float reciprocal_fast(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ inline float tanh_fast(float x) {
  float y;
  asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// 1 + e^(−x), held below 2^61 so that the product of two stays finite: where it is held, SiLU and
// sigmoid are below 1e-16 anyway.
__device__ inline float one_plus_exp(float x) {
  return 1.0f + exp2_fast(fminf(-kLog2E * x, 60.0f));
}

// 1/a and 1/b for the price of one reciprocal.
__device__ inline void reciprocal_pair(float& a, float& b) {
  const float inverse = reciprocal_fast(a * b);
  const float inverse_a = inverse * b;
  b = inverse * a;
  a = inverse_a;
}

template <SiluForm kForm>
__device__ inline void silu_pair(float& x, float& y) {
  if constexpr (kForm == SiluForm::kTanh) {
    const float half_x = 0.5f * x;
    const float half_y = 0.5f * y;
    x = fmaf(half_x, tanh_fast(half_x), half_x);
    y = fmaf(half_y, tanh_fast(half_y), half_y);
  } else {
    float a = one_plus_exp(x);
    float b = one_plus_exp(y);
    reciprocal_pair(a, b);
    x *= a;
    y *= b;
  }
}

__device__ inline void sigmoid_pair(float& x, float& y) {
  x = one_plus_exp(x);
  y = one_plus_exp(y);
  reciprocal_pair(x, y);
}

__device__ inline float silu(float x) {
  return x / (1.0f + __expf(-x));
}
__device__ inline float sigmoid(float x) {
  return 1.0f / (1.0f + __expf(-x));
}

// Eight bf16 of a piece as fp32.
__device__ inline void widen(const uint4& piece, float (&x)[8]) {
  x[0] = low_bf16(piece.x), x[1] = high_bf16(piece.x);
  x[2] = low_bf16(piece.y), x[3] = high_bf16(piece.y);
  x[4] = low_bf16(piece.z), x[5] = high_bf16(piece.z);
  x[6] = low_bf16(piece.w), x[7] = high_bf16(piece.w);
}

__device__ inline uint4 narrow(const float (&x)[8]) {
  return {pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]),
          pack_bf16(x[6], x[7])};
}

}  // namespace arges::kernels::cuda
