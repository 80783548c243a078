// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <climits>
#include <cmath>

#include "kernels/cuda/route_top_k.h"

namespace arges::kernels::cuda {

// One warp: the `top` best experts of a row, best first, ties to the lower index, a NaN below every
// number, with the softmax over their logits. logit(expert) is called once an expert, with one of
// kMaxExperts numbers; ids and weights are the row's.
template <class Logit>
__device__ void choose_experts(const Logit& logit, int experts, int top, std::int32_t* ids,
                               float* weights) {
  constexpr int kEach = kMaxExperts / 32;
  const int lane = static_cast<int>(threadIdx.x) & 31;
  float logits[kEach];
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int expert = lane + 32 * i;
    const float value = expert < experts ? logit(expert) : 0.0f;
    logits[i] = isnan(value) ? -INFINITY : value;
  }
  unsigned taken = 0;
  float highest = 0.0f;
  float sum = 0.0f;
  float mine = 0.0f;  // of lane j: the j-th weight, not yet divided
  for (int j = 0; j < top; ++j) {
    float best = -INFINITY;
    int index = INT_MAX;
#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      const int expert = lane + 32 * i;
      const bool free = expert < experts && (taken >> i & 1u) == 0;
      if (free && (logits[i] > best || index == INT_MAX)) {
        best = logits[i];
        index = expert;
      }
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
      const float other = __shfl_xor_sync(0xffffffffu, best, step);
      const int where = __shfl_xor_sync(0xffffffffu, index, step);
      if (other > best || (other == best && where < index)) {
        best = other;
        index = where;
      }
    }
    if (index % 32 == lane) taken |= 1u << (index / 32);
    if (j == 0) highest = best;
    const float weight = best == highest ? 1.0f : expf(best - highest);
    sum += weight;
    if (lane == j) {
      mine = weight;
      ids[j] = index;
    }
  }
  if (lane < top) weights[lane] = mine / sum;
}

}  // namespace arges::kernels::cuda
