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

// Both of a pair of bf16, but not below −41.5; what is not a number stays so. There SiLU is −4e-17,
// and a product of two 1 + e^(−x) is still finite.
__device__ inline std::uint32_t hold_above(std::uint32_t pair) {
  constexpr std::uint32_t kLowest = 0xc226c226u;
  std::uint32_t held;
  asm("max.NaN.bf16x2 %0, %1, %2;" : "=r"(held) : "r"(pair), "r"(kLowest));
  return held;
}

// 1/a and 1/b for the price of one reciprocal.
__device__ inline void reciprocal_pair(float& a, float& b) {
  const float inverse = reciprocal_fast(a * b);
  const float inverse_a = inverse * b;
  b = inverse * a;
  a = inverse_a;
}

// Half of each, exact but for the last bit of subnormal ones: one operation for two.
__device__ inline std::uint32_t halve_pair(std::uint32_t pair) {
  constexpr std::uint32_t kHalves = 0x3f003f00u;
  constexpr std::uint32_t kNothing = 0x80008000u;
  std::uint32_t half;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(half) : "r"(pair), "r"(kHalves), "r"(kNothing));
  return half;
}

template <SiluForm kForm>
__device__ inline void silu_pair(std::uint32_t pair, float& x, float& y) {
  if constexpr (kForm == SiluForm::kDone) {
    x = low_bf16(pair);
    y = high_bf16(pair);
  } else if constexpr (kForm == SiluForm::kTanh) {
    const std::uint32_t half = halve_pair(pair);
    x = low_bf16(half);
    y = high_bf16(half);
    x = fmaf(x, tanh_fast(x), x);
    y = fmaf(y, tanh_fast(y), y);
  } else {
    const std::uint32_t held = hold_above(pair);
    x = low_bf16(held);
    y = high_bf16(held);
    float a = 1.0f + exp2_fast(-kLog2E * x);
    float b = 1.0f + exp2_fast(-kLog2E * y);
    reciprocal_pair(a, b);
    x *= a;
    y *= b;
  }
}

// Sigmoid of a pair of bf16.
template <SiluForm kForm>
__device__ inline void sigmoid_pair(std::uint32_t pair, float& x, float& y) {
  if constexpr (kForm == SiluForm::kDone) {
    x = low_bf16(pair);
    y = high_bf16(pair);
  } else if constexpr (kForm == SiluForm::kTanh) {
    const std::uint32_t half = halve_pair(pair);
    x = fmaf(0.5f, tanh_fast(low_bf16(half)), 0.5f);
    y = fmaf(0.5f, tanh_fast(high_bf16(half)), 0.5f);
  } else {
    const std::uint32_t held = hold_above(pair);
    x = 1.0f + exp2_fast(-kLog2E * low_bf16(held));
    y = 1.0f + exp2_fast(-kLog2E * high_bf16(held));
    reciprocal_pair(x, y);
  }
}

__device__ inline float silu(float x) {
  return x / (1.0f + __expf(-x));
}
__device__ inline float sigmoid(float x) {
  return 1.0f / (1.0f + __expf(-x));
}

// As the pairs do it with kTanh.
__device__ inline float silu_fast(float x) {
  const float half = 0.5f * x;
  return fmaf(half, tanh_fast(half), half);
}
__device__ inline float sigmoid_fast(float x) {
  return fmaf(0.5f, tanh_fast(0.5f * x), 0.5f);
}

// x · Φ(x) with erfc after Hastings (Abramowitz and Stegun, 7.1.26): Φ within 1e-7.
__device__ inline float gelu(float x) {
  const float z = fabsf(x) * 0.70710678f;
  const float t = reciprocal_fast(fmaf(0.3275911f, z, 1.0f));
  float erfc = fmaf(t, 1.061405429f, -1.453152027f);
  erfc = fmaf(t, erfc, 1.421413741f);
  erfc = fmaf(t, erfc, -0.284496736f);
  erfc = fmaf(t, erfc, 0.254829592f);
  erfc *= t * exp2_fast(-kLog2E * z * z);
  const float tail = 0.5f * erfc;  // Φ(−|x|)
  return x * (x < 0.0f ? tail : 1.0f - tail);
}

// Eight of a piece.
template <SiluForm kForm>
__device__ inline void silu_piece(const uint4& piece, float (&x)[8]) {
  silu_pair<kForm>(piece.x, x[0], x[1]);
  silu_pair<kForm>(piece.y, x[2], x[3]);
  silu_pair<kForm>(piece.z, x[4], x[5]);
  silu_pair<kForm>(piece.w, x[6], x[7]);
}

template <SiluForm kForm>
__device__ inline void sigmoid_piece(const uint4& piece, float (&x)[8]) {
  sigmoid_pair<kForm>(piece.x, x[0], x[1]);
  sigmoid_pair<kForm>(piece.y, x[2], x[3]);
  sigmoid_pair<kForm>(piece.z, x[4], x[5]);
  sigmoid_pair<kForm>(piece.w, x[6], x[7]);
}

__device__ inline uint4 narrow(const float (&x)[8]) {
  return {pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]),
          pack_bf16(x[6], x[7])};
}

}  // namespace arges::kernels::cuda
