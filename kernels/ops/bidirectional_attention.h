// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Softmax attention of every token over all tokens of its own batch item, heads apart
// (architecture.md §4.1). Softmax in fp32 over sums in fp32.
struct BidirectionalAttentionArgs {
  ConstTensorView q;   // [batch, tokens, heads, D] f32
  ConstTensorView k;   // the same shape
  ConstTensorView v;   // the same shape
  float scale = 1.0f;  // applied to q·k
  TensorView out;      // the same shape
  // What is multiplied: q, k, v and e^(score − largest) as they are, or rounded to bf16, on a
  // backend that has it (UNSUPPORTED elsewhere).
  DType row_type = DType::kF32;
};

}  // namespace arges::kernels
