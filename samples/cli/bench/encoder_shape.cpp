// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/encoder_shape.h"

namespace arges::cli {
namespace {

using vision::VitConfig;

vision::Affine affine(std::int64_t rows, std::int64_t cols, RandomWeights& random) {
  return {random.matrix(sdk::ModelPart::kVision, rows, cols), random.vector({rows}, 0.0F, 0.02F)};
}

vision::Norm norm(std::int64_t size, RandomWeights& random) {
  return {random.vector({size}, 1.0F, 0.1F), random.vector({size}, 0.0F, 0.1F)};
}

vision::VitLayerWeights layer_weights(const VitConfig& c, RandomWeights& random) {
  const auto square = [&] { return affine(c.hidden_size, c.hidden_size, random); };
  vision::VitLayerWeights layer;
  layer.norm1 = norm(c.hidden_size, random);
  layer.q = square();
  layer.k = square();
  layer.v = square();
  layer.out = square();
  layer.norm2 = norm(c.hidden_size, random);
  layer.fc1 = affine(c.ffn_size, c.hidden_size, random);
  layer.fc2 = affine(c.hidden_size, c.ffn_size, random);
  return layer;
}

vision::VitWeights vit_weights(const VitConfig& c, RandomWeights& random) {
  vision::VitWeights weights;
  weights.patch_embedding =
      random.matrix(sdk::ModelPart::kVision, c.hidden_size, c.channels * c.patch * c.patch);
  weights.class_embedding = random.vector({c.hidden_size}, 0.0F, 0.1F);
  weights.positions = random.vector({1 + c.patches(), c.hidden_size}, 0.0F, 0.1F);
  weights.pre_norm = norm(c.hidden_size, random);
  for (std::int64_t i = 0; i < c.num_layers; ++i) {
    weights.layers.push_back(layer_weights(c, random));
  }
  return weights;
}

}  // namespace

vision::ImageEncoderWeights random_encoder_weights(const VitConfig& c, RandomWeights& random) {
  vision::ImageEncoderWeights weights;
  weights.vit = vit_weights(c, random);
  weights.projector = {affine(c.projection_size, c.hidden_size, random),
                       affine(c.projection_size, c.projection_size, random),
                       random.vector({c.projection_size}, 0.0F, 0.1F)};
  return weights;
}

double tile_operations(const VitConfig& c) {
  const auto hidden = static_cast<double>(c.hidden_size);
  const auto patches = static_cast<double>(c.patches());
  const double tokens = 1 + patches;
  const auto projection = static_cast<double>(c.projection_size);
  const double embedding =
      2 * patches * hidden * static_cast<double>(c.channels * c.patch * c.patch);
  const double weights = 4 * hidden * hidden + 2 * hidden * static_cast<double>(c.ffn_size);
  const double layer = 2 * tokens * weights + 4 * tokens * tokens * hidden;
  const double projector = 2 * patches * (hidden + projection) * projection;
  return embedding + static_cast<double>(c.num_layers) * layer + projector;
}

}  // namespace arges::cli
