// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "language/model/block.h"

namespace arges::language {

void softmax_block(Step& step, ConstTensorView norm, const SoftmaxWeights& weights,
                   std::int64_t layer, TensorView x) {
  const DecoderConfig& config = step.config;
  const Arena::Scope scope = step.scope();
  const std::int64_t n = step.rows();
  const std::int64_t dim = config.head_dim;
  const std::int64_t parts = config.num_heads / config.num_kv_heads + 2;
  const TensorView y = step.scratch({n, config.num_kv_heads * parts * dim});
  const TensorView inverse_rms = step.scratch({n});
  const TensorView z = step.scratch({n, config.attention_width()});

  step(kernels::norm_linear, {.x = x,
                              .norm = {norm, config.norm_epsilon},
                              .weight = &weights.in,
                              .y = y,
                              .inverse_rms = inverse_rms});
  step(kernels::causal, {.y = y.reshaped({n, config.num_kv_heads, parts, dim}),
                         .positions = step.tables.positions,
                         .spans = step.tables.spans,
                         .page_table = step.tables.pages,
                         .pool = step.pool.kv(),
                         .layer = layer,
                         .rotary = {config.rotary_dim, config.rope_theta},
                         .scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim))),
                         .z = z.reshaped({n, config.num_heads, dim})});
  step(kernels::linear_residual,
       {.z = z,
        .weight = &weights.out,
        .norm = {},
        .residual = residual_of(step, x, inverse_rms, norm, config.softmax_residual)});
}

}  // namespace arges::language
