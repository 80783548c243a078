// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/expert_ffn.h"

namespace arges::language {

// The decoder's weights in the backend's form, filled by sdk/model. Every ConstTensorView is f32
// (embedding: the checkpoint's type) and refers to memory that the loaded model owns.
// Names in brackets are the checkpoint's (architecture.md §3).

struct LightningWeights {
  Matrix in;  // [heads · 4 · head_dim, hidden], per head q, k, v, gate (qkv_proj, output_gate)
  ConstTensorView norm;    // [heads · head_dim]
  Matrix out;              // [hidden, heads · head_dim] (out_proj)
  ConstTensorView slopes;  // [heads], computed from the config
};

struct SoftmaxWeights {
  // [kv_heads · (heads / kv_heads + 2) · head_dim, hidden], per kv head its query heads, its key,
  // its value (q_proj, k_proj, v_proj)
  Matrix in;
  Matrix out;  // [hidden, heads · head_dim] (o_proj)
};

struct MoeWeights {
  Matrix router;  // [experts, hidden] (gate)
  std::vector<kernels::Expert> experts;
};

struct LayerWeights {
  ConstTensorView input_norm;           // [hidden] (input_layernorm)
  ConstTensorView post_attention_norm;  // [hidden]
  std::variant<LightningWeights, SoftmaxWeights> mixer;
  MoeWeights moe;
};

struct DecoderWeights {
  ConstTensorView embedding;  // [vocab, hidden] f32, bf16 or f16 (embed_tokens)
  std::vector<LayerWeights> layers;
  ConstTensorView final_norm;  // [hidden] (model.norm)
  Matrix lm_head;              // [vocab, hidden]
};

}  // namespace arges::language
