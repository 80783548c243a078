// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/op_table.h"

// The functions of the vectorised backend, one file each. Only op_table.cpp uses this header; the
// contracts are in kernels/ops.
namespace arges::kernels::cpu {

Result<Matrix> pack_matrix(const ExecContext& context, const ConstTensorView& row_major);
Status embedding(const ExecContext& context, const EmbeddingArgs& args);
Status rms_norm(const ExecContext& context, const RmsNormArgs& args);
Status layer_norm(const ExecContext& context, const LayerNormArgs& args);
Status linear(const ExecContext& context, const LinearArgs& args);
Status rotary_embedding(const ExecContext& context, const RotaryEmbeddingArgs& args);
Status lightning_attention(const ExecContext& context, const LightningAttentionArgs& args);
Status causal_attention(const ExecContext& context, const CausalAttentionArgs& args);
Status bidirectional_attention(const ExecContext& context, const BidirectionalAttentionArgs& args);
Status route_top_k(const ExecContext& context, const RouteTopKArgs& args);
Status expert_ffn(const ExecContext& context, const ExpertFfnArgs& args);
Status patch_embedding(const ExecContext& context, const PatchEmbeddingArgs& args);
Status scaled_add(const ExecContext& context, const ScaledAddArgs& args);
Status multiply(const ExecContext& context, const MultiplyArgs& args);
Status copy_rows(const ExecContext& context, const CopyRowsArgs& args);

}  // namespace arges::kernels::cpu
