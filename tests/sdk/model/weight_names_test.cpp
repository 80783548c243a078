// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace arges::sdk {
namespace {

WeightNames detect(std::vector<std::string_view> names, bool has_vision) {
  std::sort(names.begin(), names.end());
  std::vector<ListedTensor> tensors;
  for (const std::string_view name : names) tensors.push_back({name, {}, {}});
  return detect_weight_names(TensorListing(std::move(tensors)), has_vision);
}

TEST(WeightNames, AreRecognisedInEveryLayout) {
  EXPECT_EQ(detect({"model.embed_tokens.weight"}, false).lm_head, "lm_head");
  EXPECT_EQ(detect({"language_model.model.embed_tokens.weight"}, true).lm_head,
            "language_model.lm_head");
  const WeightNames native = detect({"model.language_model.embed_tokens.weight"}, true);
  EXPECT_EQ(native.lm_head, "lm_head");
  EXPECT_EQ(native.vision, "model.vision_tower.");
}

TEST(WeightNames, NativeExpertsMayBeFusedOrNot) {
  const WeightNames fused = detect({"model.embed_tokens.weight", "model.layers.0.mlp.gate.weight",
                                    "model.layers.0.mlp.experts.gate_up_proj"},
                                   false);
  EXPECT_TRUE(fused.fused_experts);
  EXPECT_EQ(fused.moe, "mlp");
  const WeightNames separate =
      detect({"model.embed_tokens.weight", "model.layers.0.block_sparse_moe.gate.weight"}, false);
  EXPECT_FALSE(separate.fused_experts);
  EXPECT_EQ(separate.moe, "block_sparse_moe");
}

TEST(WeightNames, FallBackToThePublishedLayout) {
  EXPECT_EQ(detect({}, false).text, "model.");
  EXPECT_EQ(detect({}, true).text, "language_model.model.");
}

TEST(WeightNames, KnowWhatNothingReads) {
  const WeightNames text = detect({}, false);
  const WeightNames vl = detect({}, true);
  EXPECT_TRUE(is_unused_tensor("model.layers.3.self_attn.rotary_emb.inv_freq", text, false));
  EXPECT_TRUE(is_unused_tensor("model.layers.3.self_attn.slope_rate", text, false));
  EXPECT_TRUE(is_unused_tensor("lm_head.weight", text, true));
  EXPECT_TRUE(is_unused_tensor("vision_tower.vision_model.post_layernorm.bias", vl, false));
  EXPECT_FALSE(is_unused_tensor("lm_head.weight", text, false));
  EXPECT_FALSE(is_unused_tensor("vision_tower.vision_model.post_layernorm.bias", text, false));
  EXPECT_FALSE(is_unused_tensor("elsewhere.self_attn.slope_rate", text, false));
  EXPECT_FALSE(is_unused_tensor("model.layers.80.input_layernorm.weight", text, false));
}

}  // namespace
}  // namespace arges::sdk
