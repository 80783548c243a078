// SPDX-License-Identifier: Apache-2.0
#include "language/model/decoder_layer.h"

#include "kernels/ops/rms_norm.h"
#include "kernels/ops/scaled_add.h"
#include "language/model/lightning_block.h"
#include "language/model/moe_block.h"
#include "language/model/softmax_block.h"

namespace arges::language {
namespace {

Status mix_lightning(const kernels::ExecContext& context, const DecoderConfig& config,
                     std::int64_t layer, const LightningWeights& weights, const LayerBatch& batch,
                     ConstTensorView normed, TensorView out) {
  std::vector<float*> states;
  for (SequenceState* state : batch.states) states.push_back(state->lightning_state(layer));
  return lightning_block(context, config, weights, normed, batch.sequences, states, out);
}

Status mix_softmax(const kernels::ExecContext& context, const DecoderConfig& config,
                   std::int64_t layer, const SoftmaxWeights& weights, const LayerBatch& batch,
                   ConstTensorView normed, TensorView out) {
  std::vector<kernels::KvPages> caches;
  for (SequenceState* state : batch.states) caches.push_back(state->kv_pages(layer));
  return softmax_block(context, config, weights, normed, batch.positions, batch.sequences, caches,
                       out);
}

Status mix(const kernels::ExecContext& context, const DecoderConfig& config, std::int64_t layer,
           const LayerWeights& weights, const LayerBatch& batch, ConstTensorView normed,
           TensorView out) {
  if (const auto* lightning = std::get_if<LightningWeights>(&weights.mixer)) {
    return mix_lightning(context, config, layer, *lightning, batch, normed, out);
  }
  return mix_softmax(context, config, layer, std::get<SoftmaxWeights>(weights.mixer), batch, normed,
                     out);
}

}  // namespace

Status decoder_layer(const kernels::ExecContext& context, const DecoderConfig& config,
                     std::int64_t layer, const LayerWeights& weights, const LayerBatch& batch,
                     TensorView x) {
  const Arena::Scope scope(*context.workspace);
  const bool lightning = std::holds_alternative<LightningWeights>(weights.mixer);
  const ResidualScale& mixer_scale =
      lightning ? config.lightning_residual : config.softmax_residual;
  ARGES_ASSIGN_OR_RETURN(TensorView normed, context.workspace->allocate(x.shape));
  ARGES_ASSIGN_OR_RETURN(TensorView branch, context.workspace->allocate(x.shape));
  const TensorView residual = config.post_norm ? normed : x;

  ARGES_RETURN_IF_ERROR(
      kernels::rms_norm(context, {x, weights.input_norm, config.norm_epsilon, normed}));
  ARGES_RETURN_IF_ERROR(mix(context, config, layer, weights, batch, normed, branch));
  ARGES_RETURN_IF_ERROR(
      kernels::scaled_add(context, {residual, branch, mixer_scale.alpha, mixer_scale.beta, x}));

  ARGES_RETURN_IF_ERROR(
      kernels::rms_norm(context, {x, weights.post_attention_norm, config.norm_epsilon, normed}));
  ARGES_RETURN_IF_ERROR(moe_block(context, config, weights.moe, normed, branch));
  return kernels::scaled_add(
      context, {residual, branch, config.moe_residual.alpha, config.moe_residual.beta, x});
}

}  // namespace arges::language
