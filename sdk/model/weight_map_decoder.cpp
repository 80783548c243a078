// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "sdk/model/weight_list.h"
#include "sdk/model/weight_map.h"

namespace arges::sdk {
namespace {

using language::DecoderConfig;
using language::LayerType;

constexpr Split kOutputs = Split::kOutputs;

// Per head q, k, v (which lie so in qkv_proj), then the gate.
Status visit_lightning(const DecoderConfig& config, const std::string& prefix,
                       language::LightningWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kAttention;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t width = config.attention_width();
  const std::int64_t dim = config.head_dim;
  ARGES_RETURN_IF_ERROR(list.weight(
      prefix + "in",
      {WeightList::piece(prefix + "qkv_proj", 3 * width, hidden, kPart, kOutputs, 3 * dim),
       WeightList::piece(prefix + "output_gate", width, hidden, kPart, kOutputs, dim)},
      weights.in));
  ARGES_RETURN_IF_ERROR(
      list.vector(prefix + "norm.weight", Shape{width}, ModelPart::kNorms, weights.norm, kOutputs));
  return list.matrix(prefix + "out_proj", hidden, width, kPart, weights.out, Split::kInputs);
}

// Per kv head its query heads, its key, its value.
Status visit_softmax(const DecoderConfig& config, const std::string& prefix,
                     language::SoftmaxWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kAttention;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t width = config.attention_width();
  const std::int64_t dim = config.head_dim;
  const std::int64_t kv_width = config.num_kv_heads * dim;
  const std::int64_t queries = width / config.num_kv_heads;
  ARGES_RETURN_IF_ERROR(
      list.weight(prefix + "in",
                  {WeightList::piece(prefix + "q_proj", width, hidden, kPart, kOutputs, queries),
                   WeightList::piece(prefix + "k_proj", kv_width, hidden, kPart, kOutputs, dim),
                   WeightList::piece(prefix + "v_proj", kv_width, hidden, kPart, kOutputs, dim)},
                  weights.in));
  return list.matrix(prefix + "o_proj", hidden, width, kPart, weights.out, Split::kInputs);
}

Status visit_separate_experts(const DecoderConfig& config, const std::string& prefix,
                              language::MoeWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kExperts;
  constexpr std::int64_t kTurn = kernels::kGateRows;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t ffn = config.expert_ffn_size;
  for (std::int64_t e = 0; e < config.num_experts; ++e) {
    const std::string name = prefix + "experts." + std::to_string(e) + ".";
    kernels::Expert& expert = weights.experts.emplace_back();
    ARGES_RETURN_IF_ERROR(
        list.weight(name + "gate_up",
                    {WeightList::piece(name + "w1", ffn, hidden, kPart, kOutputs, kTurn),
                     WeightList::piece(name + "w3", ffn, hidden, kPart, kOutputs, kTurn)},
                    expert.gate_up));
    ARGES_RETURN_IF_ERROR(
        list.matrix(name + "w2", hidden, ffn, kPart, expert.down, Split::kInputs));
  }
  return {};
}

// gate_up_proj [experts, 2 · ffn, hidden] (w1's rows, then w3's), down_proj [experts, hidden, ffn].
Status visit_fused_experts(const DecoderConfig& config, const std::string& prefix,
                           language::MoeWeights& weights, WeightList& list) {
  constexpr std::int64_t kTurn = kernels::kGateRows;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t ffn = config.expert_ffn_size;
  const ExpectedTensor gate_up{prefix + "experts.gate_up_proj",
                               Shape{config.num_experts, 2 * ffn, hidden}, ModelPart::kExperts,
                               kOutputs};
  const ExpectedTensor down{prefix + "experts.down_proj", Shape{config.num_experts, hidden, ffn},
                            ModelPart::kExperts, Split::kInputs};
  weights.experts.resize(static_cast<std::size_t>(config.num_experts));
  for (std::int64_t e = 0; e < config.num_experts; ++e) {
    const std::string name = prefix + "experts." + std::to_string(e) + ".";
    kernels::Expert& expert = weights.experts[static_cast<std::size_t>(e)];
    ARGES_RETURN_IF_ERROR(list.weight(name + "gate_up",
                                      {{gate_up, hidden, 2 * e * ffn, ffn, kTurn},
                                       {gate_up, hidden, (2 * e + 1) * ffn, ffn, kTurn}},
                                      expert.gate_up));
    ARGES_RETURN_IF_ERROR(list.weight(name + "w2", {{down, ffn, e * hidden, hidden}}, expert.down));
  }
  return {};
}

Status visit_moe(const DecoderConfig& config, const WeightNames& names, const std::string& layer,
                 language::MoeWeights& weights, WeightList& list) {
  const std::string prefix = layer + names.moe + ".";
  ARGES_RETURN_IF_ERROR(list.matrix(prefix + "gate", config.num_experts, config.hidden_size,
                                    ModelPart::kRouter, weights.router));
  return names.fused_experts ? visit_fused_experts(config, prefix, weights, list)
                             : visit_separate_experts(config, prefix, weights, list);
}

Status visit_mixer(const DecoderConfig& config, LayerType type, const std::string& layer,
                   language::LayerWeights& weights, WeightList& list) {
  const std::string prefix = layer + "self_attn.";
  if (type == LayerType::kLightning) {
    return visit_lightning(config, prefix, weights.mixer.emplace<language::LightningWeights>(),
                           list);
  }
  return visit_softmax(config, prefix, weights.mixer.emplace<language::SoftmaxWeights>(), list);
}

Status visit_layer(const DecoderConfig& config, const WeightNames& names, std::size_t index,
                   language::LayerWeights& weights, WeightList& list) {
  const Shape hidden{config.hidden_size};
  const std::string layer = names.text + "layers." + std::to_string(index) + ".";
  ARGES_RETURN_IF_ERROR(
      list.vector(layer + "input_layernorm.weight", hidden, ModelPart::kNorms, weights.input_norm));
  ARGES_RETURN_IF_ERROR(visit_mixer(config, config.layer_types[index], layer, weights, list));
  ARGES_RETURN_IF_ERROR(list.vector(layer + "post_attention_layernorm.weight", hidden,
                                    ModelPart::kNorms, weights.post_attention_norm));
  return visit_moe(config, names, layer, weights.moe, list);
}

}  // namespace

Status visit_decoder_weights(const DecoderConfig& config, const WeightNames& names,
                             language::DecoderWeights& weights, WeightVisitor& visitor) {
  WeightList list(visitor);
  const std::int64_t vocab = config.vocab_size;
  const std::int64_t hidden = config.hidden_size;
  const ExpectedTensor table{names.text + "embed_tokens.weight", Shape{vocab, hidden},
                             ModelPart::kEmbedding};
  const WeightPiece whole{table, hidden, 0, vocab};
  const TiedHead head{{names.lm_head, ModelPart::kLmHead, {&whole, 1}}, weights.lm_head};
  ARGES_RETURN_IF_ERROR(
      visitor.table(table, weights.embedding, config.tied_embeddings ? &head : nullptr));
  for (std::size_t layer = 0; layer < config.layer_types.size(); ++layer) {
    ARGES_RETURN_IF_ERROR(visit_layer(config, names, layer, weights.layers.emplace_back(), list));
  }
  ARGES_RETURN_IF_ERROR(list.vector(names.text + "norm.weight", Shape{hidden}, ModelPart::kNorms,
                                    weights.final_norm));
  if (config.tied_embeddings) return {};
  return list.matrix(names.lm_head, vocab, hidden, ModelPart::kLmHead, weights.lm_head);
}

}  // namespace arges::sdk
