// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_names.h"

namespace arges::sdk {
namespace {

WeightNames text_names() {
  return {"text", "model.", "lm_head", "", "", ""};
}

WeightNames vl_names() {
  return {"vl",
          "language_model.model.",
          "language_model.lm_head",
          "vision_tower.vision_model.",
          "multi_modal_projector.",
          "image_newline"};
}

WeightNames vl_native_names() {
  return {"vl-native",           "model.language_model.",        "lm_head",
          "model.vision_tower.", "model.multi_modal_projector.", "model.image_newline"};
}

WeightNames detect_prefixes(const TensorListing& listing, bool has_vision) {
  for (const WeightNames& names : {text_names(), vl_names(), vl_native_names()}) {
    const bool fits = names.vision.empty() == !has_vision;
    if (fits && listing.find(names.text + "embed_tokens.weight") != nullptr) return names;
  }
  return has_vision ? vl_names() : text_names();
}

}  // namespace

WeightNames detect_weight_names(const TensorListing& listing, bool has_vision) {
  WeightNames names = detect_prefixes(listing, has_vision);
  const std::string layer = names.text + "layers.0.";
  if (listing.find(layer + "mlp.gate.weight") != nullptr) names.moe = "mlp";
  names.fused_experts = listing.find(layer + names.moe + ".experts.gate_up_proj") != nullptr;
  return names;
}

bool is_unused_tensor(std::string_view name, const WeightNames& names, bool tied_embeddings) {
  for (const std::string_view ending :
       {".rotary_emb.inv_freq", ".self_attn.slope_rate", ".self_attn.query_decay",
        ".self_attn.key_decay", ".self_attn.diagonal_decay"}) {
    if (name.starts_with(names.text) && name.ends_with(ending)) return true;
  }
  if (tied_embeddings && name == names.lm_head + ".weight") return true;
  if (names.vision.empty()) return false;
  for (const std::string_view rest :
       {"post_layernorm.weight", "post_layernorm.bias", "embeddings.position_ids"}) {
    if (name == names.vision + std::string(rest)) return true;
  }
  return false;
}

}  // namespace arges::sdk
