// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Rotates the first rotary_dim channels of every head in place, half-split pairs (j, j + R/2):
//   x'_j = x_j cos − x_{j+R/2} sin,  x'_{j+R/2} = x_{j+R/2} cos + x_j sin,
// with angle = position · theta^(−2j/R); the rest pass through (architecture.md §2.5).
struct RotaryEmbeddingArgs {
  TensorView x;                 // [n, heads, head_dim] f32, in place
  ConstTensorView positions;    // [n] i32, >= 0
  std::int64_t rotary_dim = 0;  // even, <= head_dim
  double theta = 10000.0;
};

Status rotary_embedding(const ExecContext& context, const RotaryEmbeddingArgs& args);

}  // namespace arges::kernels
