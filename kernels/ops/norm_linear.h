// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// RMSNorm (architecture.md §2.1): norm(x) = x · r ⊙ weight with r = 1 / sqrt(mean(x²) + epsilon),
// row by row, all in fp32.
struct RmsNorm {
  ConstTensorView weight;  // [width] f32
  float epsilon = 1e-5f;   // >= 0
};

// y = norm(x) · Wᵀ, and each row's r, from which a later op makes norm(x) again: no fp32 norm is
// written. The products' sums are those of linear.
struct NormLinearArgs {
  ConstTensorView x;  // [n, inputs] f32
  RmsNorm norm;
  const Matrix* weight = nullptr;  // [outputs, inputs]
  TensorView y;                    // [n, outputs] f32; must not overlap x
  TensorView inverse_rms;          // [n] f32: r
};

}  // namespace arges::kernels
