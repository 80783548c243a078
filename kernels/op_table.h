// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/status.h"
#include "kernels/ops/bidirectional_attention.h"
#include "kernels/ops/causal_attention.h"
#include "kernels/ops/copy_rows.h"
#include "kernels/ops/embedding.h"
#include "kernels/ops/expert_ffn.h"
#include "kernels/ops/layer_norm.h"
#include "kernels/ops/lightning_attention.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/multiply.h"
#include "kernels/ops/patch_embedding.h"
#include "kernels/ops/rms_norm.h"
#include "kernels/ops/rotary_embedding.h"
#include "kernels/ops/route_top_k.h"
#include "kernels/ops/scaled_add.h"

namespace arges::kernels {

template <typename Args>
using OpFunction = Status (*)(const ExecContext&, const Args&);

// A backend: one function for each op. Model code never calls these; it calls the checked
// functions of kernels/ops, which verify shapes and types once and then come here, so a backend
// may trust its arguments. The tables are constant and live as long as the program.
struct OpTable {
  const char* name;
  Device device;
  MatrixLayout layout;  // what pack_matrix makes, and linear and expert_ffn read
  Result<Matrix> (*pack_matrix)(const ExecContext&, const ConstTensorView&);
  OpFunction<EmbeddingArgs> embedding;
  OpFunction<RmsNormArgs> rms_norm;
  OpFunction<LayerNormArgs> layer_norm;
  OpFunction<LinearArgs> linear;
  OpFunction<RotaryEmbeddingArgs> rotary_embedding;
  OpFunction<LightningAttentionArgs> lightning_attention;
  OpFunction<CausalAttentionArgs> causal_attention;
  OpFunction<BidirectionalAttentionArgs> bidirectional_attention;
  OpFunction<RouteTopKArgs> route_top_k;
  OpFunction<ExpertFfnArgs> expert_ffn;
  OpFunction<PatchEmbeddingArgs> patch_embedding;
  OpFunction<ScaledAddArgs> scaled_add;
  OpFunction<MultiplyArgs> multiply;
  OpFunction<CopyRowsArgs> copy_rows;
};

// Scalar fp32, written to be read: the oracle of every other backend (kernels/reference).
const OpTable& reference_ops();

// Vectorised for the CPU it runs on, chosen at the first call (kernels/cpu).
const OpTable& cpu_ops();

}  // namespace arges::kernels
