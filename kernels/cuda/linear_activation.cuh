// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/linear.h"

namespace arges::kernels::cuda {

// What a dense layer's activation makes of an output's sum.
template <LinearActivation kActivation>
__device__ inline float activate(const LinearArgs& args, float sum, int column) {
  if constexpr (kActivation == LinearActivation::kGeluErf) return gelu(sum);
  if constexpr (kActivation == LinearActivation::kLightning) {
    return column < args.gate_column ? silu_fast(sum) : sigmoid_fast(sum);
  }
  return sum;
}

__device__ inline float activate(const LinearArgs& args, float sum, int column) {
  switch (args.activation) {
    case LinearActivation::kGeluErf:
      return activate<LinearActivation::kGeluErf>(args, sum, column);
    case LinearActivation::kLightning:
      return activate<LinearActivation::kLightning>(args, sum, column);
    case LinearActivation::kNone:
      break;
  }
  return sum;
}

}  // namespace arges::kernels::cuda
