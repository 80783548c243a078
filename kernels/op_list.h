// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every op once: its name and its arguments' type, which kernels/ops/<op>.h defines. From this list
// come the op table, the checked functions that model code calls, and the declarations and tables
// of the backends.
#define ARGES_FOR_EACH_OP(OP)                             \
  OP(lay_out, LayOutArgs)                                 \
  OP(embed, EmbedArgs)                                    \
  OP(norm_linear, NormLinearArgs)                         \
  OP(lightning, LightningArgs)                            \
  OP(causal, CausalArgs)                                  \
  OP(linear_residual, LinearResidualArgs)                 \
  OP(route, RouteArgs)                                    \
  OP(expert_ffn, ExpertFfnArgs)                           \
  OP(head, HeadArgs)                                      \
  OP(patch_embedding, PatchEmbeddingArgs)                 \
  OP(layer_norm, LayerNormArgs)                           \
  OP(linear, LinearArgs)                                  \
  OP(bidirectional_attention, BidirectionalAttentionArgs) \
  OP(scaled_add, ScaledAddArgs)                           \
  OP(copy_rows, CopyRowsArgs)
