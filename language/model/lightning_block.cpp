// SPDX-License-Identifier: Apache-2.0
#include "language/model/block.h"

namespace arges::language {

void lightning_block(Step& step, ConstTensorView norm, const LightningWeights& weights,
                     std::int64_t layer, TensorView x) {
  const DecoderConfig& config = step.config;
  const Arena::Scope scope = step.scope();
  const std::int64_t n = step.rows();
  const std::int64_t heads = config.num_heads;
  const std::int64_t dim = config.head_dim;
  const TensorView y = step.scratch({n, heads * 4 * dim});
  const TensorView inverse_rms = step.scratch({n});
  const TensorView z = step.scratch({n, heads * dim});
  const TensorView squares = step.scratch({n});

  step(kernels::norm_linear, {.x = x,
                              .norm = {norm, config.norm_epsilon},
                              .weight = &weights.in,
                              .y = y,
                              .inverse_rms = inverse_rms});
  step(kernels::lightning, {.y = y.reshaped({n, heads, 4, dim}),
                            .slopes = weights.slopes,
                            .norm = weights.norm,
                            .spans = step.tables.spans,
                            .states = step.pool.states(),
                            .layer = layer,
                            .z = z.reshaped({n, heads, dim}),
                            .squares = squares});
  step(kernels::linear_residual,
       {.z = z,
        .weight = &weights.out,
        .norm = {squares, config.attention_width(), config.lightning_norm_epsilon},
        .residual = residual_of(step, x, inverse_rms, norm, config.lightning_residual)});
}

}  // namespace arges::language
