// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/causal_attention.h"
#include "language/model/config.h"
#include "language/model/weights.h"

namespace arges::language {

// out = W_o · causal grouped attention of the rotated W_q n, W_k n and W_v n over the sequences'
// caches (architecture.md §2.5). normed and out [n, hidden] f32; positions [n] i32.
Status softmax_block(const kernels::ExecContext& context, const DecoderConfig& config,
                     const SoftmaxWeights& weights, ConstTensorView normed,
                     ConstTensorView positions, std::span<const kernels::SequenceSpan> sequences,
                     std::span<const kernels::KvPages> caches, TensorView out);

}  // namespace arges::language
