// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/status.h"

namespace arges::language {

// Which mixer a decoder layer has (architecture.md §1.1, attn_type_list).
enum class LayerType : std::uint8_t { kLightning = 0, kSoftmax = 1 };

// Weights of a residual: out = alpha · normalised input + beta · branch (architecture.md §2.2).
struct ResidualScale {
  float alpha = 1.0f;
  float beta = 1.0f;
};

// Everything that fixes the decoder's maths besides its weights. Built by sdk/model from
// config.json; check_decoder_config holds for every instance that reaches model code.
struct DecoderConfig {
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_heads = 0;
  std::int64_t num_kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t expert_ffn_size = 0;
  std::int64_t num_experts = 0;
  std::int64_t experts_per_token = 0;
  std::int64_t rotary_dim = 0;  // rotated channels of a head, softmax layers only
  double rope_theta = 10000.0;
  std::int64_t max_positions = 0;        // the longest context the model was made for
  float norm_epsilon = 1e-5f;            // all norms but the next
  float lightning_norm_epsilon = 1e-6f;  // architecture.md §0, point 5
  bool post_norm = true;                 // the residual is the normalised tensor
  bool tied_embeddings = false;          // the LM head is the embedding table
  std::vector<LayerType> layer_types;    // one a layer, outermost first
  ResidualScale lightning_residual;
  ResidualScale softmax_residual;
  ResidualScale moe_residual;

  std::int64_t num_layers() const { return static_cast<std::int64_t>(layer_types.size()); }
  std::int64_t attention_width() const { return num_heads * head_dim; }
};

// MODEL_INVALID, naming the field, unless every number is in range, all agree with each other, and
// a session's constant state and a page of its KV caches take at most 1 GiB each.
Status check_decoder_config(const DecoderConfig& config);

// Decay slopes of a lightning layer, one a head (architecture.md §2.3, step 2). layer is the
// absolute index. With tensor parallel ranks, a rank takes its slice of the global result.
std::vector<float> lightning_slopes(const DecoderConfig& config, std::int64_t layer);

}  // namespace arges::language
