// SPDX-License-Identifier: Apache-2.0
#include "language/model/moe_block.h"

#include "kernels/ops/expert_ffn.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/route_top_k.h"

namespace arges::language {

Status moe_block(const kernels::ExecContext& context, const DecoderConfig& config,
                 const MoeWeights& weights, ConstTensorView x, TensorView out) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t n = x.shape[0];
  const std::int64_t k = config.experts_per_token;
  ARGES_ASSIGN_OR_RETURN(TensorView logits, context.workspace->allocate({n, config.num_experts}));
  ARGES_RETURN_IF_ERROR(
      kernels::linear(context, {x, &weights.router, {}, kernels::Activation::kNone, logits}));
  ARGES_ASSIGN_OR_RETURN(TensorView ids, context.workspace->allocate({n, k}, DType::kI32));
  ARGES_ASSIGN_OR_RETURN(TensorView shares, context.workspace->allocate({n, k}));
  ARGES_RETURN_IF_ERROR(kernels::route_top_k(context, {logits, ids, shares}));
  return kernels::expert_ffn(context, {x, ids, shares, weights.experts, out});
}

}  // namespace arges::language
