// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_list.h"
#include "sdk/model/weight_map.h"

namespace arges::sdk {
namespace {

Status visit_vit_attention(const std::string& prefix, std::int64_t hidden,
                           vision::VitLayerWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kVision;
  ARGES_RETURN_IF_ERROR(list.affine(prefix + "q_proj", hidden, hidden, kPart, weights.q));
  ARGES_RETURN_IF_ERROR(list.affine(prefix + "k_proj", hidden, hidden, kPart, weights.k));
  ARGES_RETURN_IF_ERROR(list.affine(prefix + "v_proj", hidden, hidden, kPart, weights.v));
  return list.affine(prefix + "out_proj", hidden, hidden, kPart, weights.out);
}

Status visit_vit_layer(const vision::VitConfig& config, const std::string& prefix,
                       vision::VitLayerWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kVision;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t ffn = config.ffn_size;
  ARGES_RETURN_IF_ERROR(list.norm(prefix + "layer_norm1", hidden, weights.norm1));
  ARGES_RETURN_IF_ERROR(visit_vit_attention(prefix + "self_attn.", hidden, weights, list));
  ARGES_RETURN_IF_ERROR(list.norm(prefix + "layer_norm2", hidden, weights.norm2));
  ARGES_RETURN_IF_ERROR(list.affine(prefix + "mlp.fc1", ffn, hidden, kPart, weights.fc1));
  return list.affine(prefix + "mlp.fc2", hidden, ffn, kPart, weights.fc2);
}

Status visit_vit_embeddings(const vision::VitConfig& config, const std::string& prefix,
                            vision::VitWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kVision;
  const std::int64_t hidden = config.hidden_size;
  const Shape kernel{hidden, config.channels, config.patch, config.patch};
  const std::int64_t inputs = config.channels * config.patch * config.patch;
  ARGES_RETURN_IF_ERROR(
      list.vector(prefix + "class_embedding", Shape{hidden}, kPart, weights.class_embedding));
  ARGES_RETURN_IF_ERROR(
      list.weight(prefix + "patch_embedding",
                  {{{prefix + "patch_embedding.weight", kernel, kPart}, inputs, 0, hidden}},
                  weights.patch_embedding));
  return list.vector(prefix + "position_embedding.weight", Shape{1 + config.patches(), hidden},
                     kPart, weights.positions);
}

Status visit_projector(const vision::VitConfig& config, const WeightNames& names,
                       vision::ProjectorWeights& weights, WeightList& list) {
  constexpr ModelPart kPart = ModelPart::kProjector;
  const std::int64_t out = config.projection_size;
  ARGES_RETURN_IF_ERROR(
      list.affine(names.projector + "linear_1", out, config.hidden_size, kPart, weights.linear1));
  ARGES_RETURN_IF_ERROR(
      list.affine(names.projector + "linear_2", out, out, kPart, weights.linear2));
  return list.vector(names.image_newline, Shape{out}, kPart, weights.image_newline);
}

}  // namespace

Status visit_image_encoder_weights(const vision::VitConfig& config, const WeightNames& names,
                                   vision::ImageEncoderWeights& weights, WeightVisitor& visitor) {
  WeightList list(visitor);
  vision::VitWeights& vit = weights.vit;
  ARGES_RETURN_IF_ERROR(visit_vit_embeddings(config, names.vision + "embeddings.", vit, list));
  ARGES_RETURN_IF_ERROR(list.norm(names.vision + "pre_layrnorm", config.hidden_size, vit.pre_norm));
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    const std::string prefix = names.vision + "encoder.layers." + std::to_string(layer) + ".";
    ARGES_RETURN_IF_ERROR(visit_vit_layer(config, prefix, vit.layers.emplace_back(), list));
  }
  return visit_projector(config, names, weights.projector, list);
}

}  // namespace arges::sdk
