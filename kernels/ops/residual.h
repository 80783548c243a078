// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// The residual around a block, in place (architecture.md §2.2): x ← alpha · n + beta · block, where
// n = x · inverse_rms ⊙ norm, the block's input made again, or x itself when norm has no data.
struct Residual {
  TensorView x;                 // [n, width] f32
  ConstTensorView inverse_rms;  // [n] f32, as norm_linear or route wrote it
  ConstTensorView norm;         // [width] f32, or data == nullptr
  float alpha = 1.0f;
  float beta = 1.0f;
};

}  // namespace arges::kernels
