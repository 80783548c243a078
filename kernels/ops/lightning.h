// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/tensor_view.h"
#include "kernels/ops/step_span.h"

namespace arges::kernels {

// Tokens that are worked on together, counted from the start of each span: a span's bits depend on
// the state before it and on its tokens alone, so a sequence that is always cut at the same tokens,
// and anywhere else at multiples of a block behind these, always has the same bits.
constexpr std::int64_t kLightningBlock = 64;

// Linear attention with a constant decay r = exp(−slope) per head and a state S [D, D] per head
// (key channel × value channel), then the output gate. For each token of a sequence, in order
// (architecture.md §2.3), with q, k, v = SiLU of what y holds:
//   S ← r·S + k vᵀ ;  o = Sᵀ q ;  z = sigmoid(gate) ⊙ norm ⊙ o ;  squares = Σ o²
// z still lacks the division by o's rms, which commutes with the next product (LateNorm). Squares
// are summed head by head, the heads' sums in their order.
// Decays are used only as exp(−slope·difference), never as a quotient of two powers, which would
// overflow.
struct LightningArgs {
  ConstTensorView y;       // [n, heads, 4, D] f32: per head q, k, v, gate
  ConstTensorView slopes;  // [heads] f32, finite and > 0
  ConstTensorView norm;    // [heads · D] f32
  ConstTensorView spans;   // [·, 6] i32, StepSpan; together exactly [0, n)
  TensorView states;       // [slots, layers, heads, D·D] f32
  std::int64_t layer = 0;  // of them
  TensorView z;            // [n, heads, D] f32; must not overlap y
  TensorView squares;      // [n] f32
};

}  // namespace arges::kernels
