// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/norm_linear.h"

namespace arges::kernels {

// Logits of chosen rows: logits[i] = W · norm(x[rows[i]]) (architecture.md §2.1).
struct HeadArgs {
  ConstTensorView x;     // [n, width] f32
  ConstTensorView rows;  // [r] i32, each in [0, n)
  RmsNorm norm;
  const Matrix* weight = nullptr;  // [vocab, width]
  TensorView logits;               // [r, vocab] f32; must not overlap x
};

}  // namespace arges::kernels
