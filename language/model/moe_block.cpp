// SPDX-License-Identifier: Apache-2.0
#include "language/model/block.h"

namespace arges::language {

void moe_block(Step& step, ConstTensorView norm, const MoeWeights& weights, TensorView x) {
  const DecoderConfig& config = step.config;
  const Arena::Scope scope = step.scope();
  const std::int64_t n = step.rows();
  const std::int64_t k = config.experts_per_token;
  const TensorView m = step.scratch(x.shape);
  const TensorView inverse_rms = step.scratch({n});
  const kernels::Routing routing{.ids = step.scratch({n, k}, DType::kI32),
                                 .weights = step.scratch({n, k}),
                                 .order = step.scratch({n * k}, DType::kI32),
                                 .offsets = step.scratch({config.num_experts + 1}, DType::kI32)};

  step(kernels::route, {.x = x,
                        .norm = {norm, config.norm_epsilon},
                        .router = &weights.router,
                        .m = m,
                        .inverse_rms = inverse_rms,
                        .routing = routing});
  step(kernels::expert_ffn,
       {.m = m,
        .routing = routing,
        .experts = weights.experts,
        .residual = residual_of(step, x, inverse_rms, norm, config.moe_residual)});
}

}  // namespace arges::language
