// SPDX-License-Identifier: Apache-2.0
#include "language/model/lightning_block.h"

#include "kernels/ops/lightning_attention.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/multiply.h"
#include "kernels/ops/rms_norm.h"

namespace arges::language {

using kernels::Activation;

Status lightning_block(const kernels::ExecContext& context, const DecoderConfig& config,
                       const LightningWeights& weights, ConstTensorView normed,
                       std::span<const kernels::SequenceSpan> sequences,
                       std::span<float* const> states, TensorView out) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t n = normed.shape[0];
  const std::int64_t heads = config.num_heads;
  const std::int64_t dim = config.head_dim;
  const std::int64_t width = config.attention_width();

  ARGES_ASSIGN_OR_RETURN(TensorView qkv, context.workspace->allocate({n, 3 * width}));
  ARGES_RETURN_IF_ERROR(
      kernels::linear(context, {normed, &weights.qkv, {}, Activation::kSilu, qkv}));

  ARGES_ASSIGN_OR_RETURN(TensorView mixed, context.workspace->allocate({n, width}));
  ARGES_RETURN_IF_ERROR(
      kernels::lightning_attention(context, {qkv.reshaped({n, heads, 3, dim}), weights.slopes,
                                             sequences, states, mixed.reshaped({n, heads, dim})}));
  ARGES_RETURN_IF_ERROR(
      kernels::rms_norm(context, {mixed, weights.norm, config.lightning_norm_epsilon, mixed}));

  ARGES_ASSIGN_OR_RETURN(TensorView gate, context.workspace->allocate({n, width}));
  ARGES_RETURN_IF_ERROR(
      kernels::linear(context, {normed, &weights.output_gate, {}, Activation::kSigmoid, gate}));
  ARGES_RETURN_IF_ERROR(kernels::multiply(context, {gate, mixed, mixed}));
  return kernels::linear(context, {mixed, &weights.out, {}, Activation::kNone, out});
}

}  // namespace arges::language
