// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/linear.h"

namespace arges::kernels {

// out = activation(n · Wᵀ + bias) with n = (x − mean(x)) / sqrt(var(x) + epsilon) ⊙ norm_weight +
// norm_bias, row by row, biased variance (architecture.md §4.1): linear of layer_norm, but the
// normed rows are not written down. The products' sums are those of linear.
struct LayerNormLinearArgs {
  ConstTensorView x;            // [n, inputs] f32
  ConstTensorView norm_weight;  // [inputs] f32
  ConstTensorView norm_bias;    // [inputs] f32
  float epsilon = 1e-5f;
  const Matrix* weight = nullptr;  // [outputs, inputs]
  ConstTensorView bias;            // [outputs] f32, or data == nullptr for none
  Activation activation = Activation::kNone;
  TensorView out;  // [n, outputs] f32; must not overlap x
};

}  // namespace arges::kernels
