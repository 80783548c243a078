// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/random_decoder.h"

namespace arges::cli {
namespace {

using language::DecoderConfig;
using sdk::ModelPart;

language::LightningWeights lightning_weights(const DecoderConfig& c, std::int64_t layer,
                                             RandomWeights& random) {
  const std::int64_t width = c.attention_width();
  return {random.matrix(ModelPart::kAttention, 4 * width, c.hidden_size),
          random.vector({width}, 1.0F, 0.1F),
          random.matrix(ModelPart::kAttention, c.hidden_size, width),
          random.copy(lightning_slopes(c, layer))};
}

language::SoftmaxWeights softmax_weights(const DecoderConfig& c, RandomWeights& random) {
  const std::int64_t kv = c.num_kv_heads * c.head_dim;
  return {random.matrix(ModelPart::kAttention, c.attention_width() + 2 * kv, c.hidden_size),
          random.matrix(ModelPart::kAttention, c.hidden_size, c.attention_width())};
}

language::MoeWeights moe_weights(const DecoderConfig& c, RandomWeights& random) {
  language::MoeWeights moe;
  moe.router = random.matrix(ModelPart::kRouter, c.num_experts, c.hidden_size);
  for (std::int64_t i = 0; i < c.num_experts; ++i) {
    moe.experts.push_back(random.expert(c.hidden_size, c.expert_ffn_size));
  }
  return moe;
}

}  // namespace

language::DecoderWeights random_decoder_weights(const DecoderConfig& c, RandomWeights& random) {
  language::DecoderWeights weights;
  weights.embedding = random.table(c.vocab_size, c.hidden_size);
  for (std::int64_t layer = 0; layer < c.num_layers(); ++layer) {
    language::LayerWeights& one = weights.layers.emplace_back();
    one.input_norm = random.vector({c.hidden_size}, 1.0F, 0.1F);
    one.post_attention_norm = random.vector({c.hidden_size}, 1.0F, 0.1F);
    if (c.layer_types[static_cast<std::size_t>(layer)] == language::LayerType::kLightning) {
      one.mixer = lightning_weights(c, layer, random);
    } else {
      one.mixer = softmax_weights(c, random);
    }
    one.moe = moe_weights(c, random);
  }
  weights.final_norm = random.vector({c.hidden_size}, 1.0F, 0.1F);
  weights.lm_head = random.matrix(ModelPart::kLmHead, c.vocab_size, c.hidden_size);
  return weights;
}

}  // namespace arges::cli
