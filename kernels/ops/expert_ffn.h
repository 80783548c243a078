// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// The three maps of one expert (architecture.md §2.6): w1, w3 [ffn, hidden], w2 [hidden, ffn].
struct ExpertWeights {
  Matrix gate;  // w1
  Matrix up;    // w3
  Matrix down;  // w2
};

// out[i] = Σ_slot weights[i, slot] · w2_e( SiLU(w1_e x[i]) ⊙ (w3_e x[i]) ), e = expert_ids[i,
// slot], summed in slot order, so that a row's result does not depend on the rows beside it.
struct ExpertFfnArgs {
  ConstTensorView x;           // [n, hidden] f32
  ConstTensorView expert_ids;  // [n, k] i32, each in [0, experts)
  ConstTensorView weights;     // [n, k] f32
  std::span<const ExpertWeights> experts;
  TensorView out;  // [n, hidden] f32; must not overlap x
};

Status expert_ffn(const ExecContext& context, const ExpertFfnArgs& args);

}  // namespace arges::kernels
