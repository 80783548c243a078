// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/linear.h"

namespace arges::kernels::cuda {

// What a dense layer's activation makes of an output's sum.
__device__ inline float activate(const LinearArgs& args, float sum, int column) {
  switch (args.activation) {
    case LinearActivation::kGeluErf:
      return gelu(sum);
    case LinearActivation::kLightning:
      return column < args.gate_column ? silu_fast(sum) : sigmoid_fast(sum);
    case LinearActivation::kNone:
      break;
  }
  return sum;
}

}  // namespace arges::kernels::cuda
