// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/ops/bidirectional_attention.h"
#include "kernels/ops/causal.h"
#include "kernels/ops/copy_rows.h"
#include "kernels/ops/embed.h"
#include "kernels/ops/expert_ffn.h"
#include "kernels/ops/head.h"
#include "kernels/ops/lay_out.h"
#include "kernels/ops/layer_norm.h"
#include "kernels/ops/layer_norm_linear.h"
#include "kernels/ops/lightning.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/linear_residual.h"
#include "kernels/ops/norm_linear.h"
#include "kernels/ops/patch_embedding.h"
#include "kernels/ops/route.h"
#include "kernels/ops/scaled_add.h"

// Every op once: its name and its arguments' type, which kernels/ops/<op>.h defines. From this list
// come the op table, the checked functions that model code calls, the declarations and tables of
// the backends and, by cmake/ArgesOps.cmake, the files to compile.
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
  OP(layer_norm_linear, LayerNormLinearArgs)              \
  OP(linear, LinearArgs)                                  \
  OP(bidirectional_attention, BidirectionalAttentionArgs) \
  OP(scaled_add, ScaledAddArgs)                           \
  OP(copy_rows, CopyRowsArgs)
