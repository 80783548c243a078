// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/sequence_span.h"
#include "language/model/config.h"
#include "language/model/weights.h"
#include "language/state/sequence_state.h"

namespace arges::language {

// The ragged batch that all layers of one step see.
struct LayerBatch {
  std::span<const kernels::SequenceSpan> sequences;  // rows of each sequence
  std::span<SequenceState* const> states;            // one a sequence
  ConstTensorView positions;                         // [n] i32
};

// One layer, in place on x [n, hidden] f32 (architecture.md §2.2):
//   n = norm(x), h = α·n + β·mixer(n), m = norm(h), x = α·m + β·MoE(m);
// with post_norm off the residuals are x and h.
Status decoder_layer(const kernels::ExecContext& context, const DecoderConfig& config,
                     std::int64_t layer, const LayerWeights& weights, const LayerBatch& batch,
                     TensorView x);

}  // namespace arges::language
