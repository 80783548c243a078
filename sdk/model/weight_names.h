// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sdk/model/tensor_listing.h"

namespace arges::sdk {

// How one checkpoint layout spells its names. The part after the prefix is the same everywhere
// but for the experts (architecture.md §3, §7).
struct WeightNames {
  std::string layout;                    // for reports: "original", "vl", "vl-native"
  std::string text;                      // before embed_tokens, layers, norm
  std::string lm_head;                   // before .weight
  std::string vision;                    // before embeddings, pre_layrnorm, encoder
  std::string projector;                 // before linear_1, linear_2
  std::string image_newline;             // the whole name
  std::string moe = "block_sparse_moe";  // or "mlp"
  bool fused_experts = false;  // gate_up_proj and down_proj of all experts in one tensor each
};

// The layout a checkpoint is in, by the names it has. Where none is recognised the answer is the
// published layout, so that the complaint about the first missing tensor names what is expected.
WeightNames detect_weight_names(const TensorListing& listing, bool has_vision);

// True for tensors that checkpoints carry though nothing reads them: the rotary inv_freq, the
// native decay buffers (architecture.md §7), CLIP's post_layernorm and position_ids, and the LM
// head where embeddings are tied.
bool is_unused_tensor(std::string_view name, const WeightNames& names, bool tied_embeddings);

}  // namespace arges::sdk
