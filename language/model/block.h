// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "language/model/step.h"
#include "language/model/weights.h"

namespace arges::language {

// The three blocks of a layer, each with its norm and its residual, in place on x [n, hidden] f32
// (architecture.md §2.2):
//   x ← α·n + β·block(n), n = norm(x); with post_norm off the residual is x itself.
// `layer` counts the layers of the block's own kind.

// W_o( sigmoid(W_g n) ⊙ RMSNorm(lightning(SiLU(W_qkv n))) ), architecture.md §2.3.
void lightning_block(Step& step, ConstTensorView norm, const LightningWeights& weights,
                     std::int64_t layer, TensorView x);

// W_o · causal grouped attention of the rotated W_q n, W_k n and W_v n over the sequences' caches
// (architecture.md §2.5).
void softmax_block(Step& step, ConstTensorView norm, const SoftmaxWeights& weights,
                   std::int64_t layer, TensorView x);

// Σ over the chosen experts of weight · expert(n), routed in fp32 (architecture.md §2.6).
void moe_block(Step& step, ConstTensorView norm, const MoeWeights& weights, TensorView x);

// The residual around a block: what it was given, and what it makes of x.
inline kernels::Residual residual_of(const Step& step, TensorView x, ConstTensorView inverse_rms,
                                     ConstTensorView norm, const ResidualScale& scale) {
  const ConstTensorView around = step.config.post_norm ? norm : ConstTensorView();
  return {
      .x = x, .inverse_rms = inverse_rms, .norm = around, .alpha = scale.alpha, .beta = scale.beta};
}

}  // namespace arges::language
