// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Softmax attention of every token over all tokens of its own batch item, heads apart
// (architecture.md §4.1). Softmax in fp32.
struct BidirectionalAttentionArgs {
  ConstTensorView q;   // [batch, tokens, heads, D] f32
  ConstTensorView k;   // the same shape
  ConstTensorView v;   // the same shape
  float scale = 1.0f;  // applied to q·k
  TensorView out;      // the same shape
};

}  // namespace arges::kernels
