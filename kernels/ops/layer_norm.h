// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out = (x − mean(x)) / sqrt(var(x) + epsilon) · weight + bias, row by row, biased variance
// (architecture.md §4.1).
struct LayerNormArgs {
  ConstTensorView x;       // [n, d] f32
  ConstTensorView weight;  // [d] f32
  ConstTensorView bias;    // [d] f32
  float epsilon = 1e-5f;
  TensorView out;  // [n, d] f32; may be x itself
};

}  // namespace arges::kernels
