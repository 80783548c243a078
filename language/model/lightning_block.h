// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/sequence_span.h"
#include "language/model/config.h"
#include "language/model/weights.h"

namespace arges::language {

// out = W_o( sigmoid(W_g n) ⊙ RMSNorm(lightning(SiLU(W_qkv n))) ), architecture.md §2.3.
// normed and out [n, hidden] f32; states: one [heads, D, D] a sequence, advanced in place.
Status lightning_block(const kernels::ExecContext& context, const DecoderConfig& config,
                       const LightningWeights& weights, ConstTensorView normed,
                       std::span<const kernels::SequenceSpan> sequences,
                       std::span<float* const> states, TensorView out);

}  // namespace arges::language
