// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/decoder_shape.h"

#include <algorithm>

namespace arges::cli {
namespace {

using language::DecoderConfig;
using language::LayerType;

constexpr double kFloatBytes = 4;

DecoderConfig shape(std::size_t layers, std::int64_t hidden, std::int64_t heads,
                    std::int64_t expert_size) {
  DecoderConfig config;
  config.vocab_size = 32000;
  config.hidden_size = hidden;
  config.num_heads = heads;
  config.num_kv_heads = 1;
  config.head_dim = 128;
  config.expert_ffn_size = expert_size;
  config.num_experts = 32;
  config.experts_per_token = 2;
  config.rotary_dim = 64;
  config.max_positions = 1'000'000;
  config.layer_types.assign(layers, LayerType::kLightning);
  for (std::size_t i = 7; i < layers; i += 8) config.layer_types[i] = LayerType::kSoftmax;
  return config;
}

double count(const DecoderConfig& config, LayerType type) {
  return static_cast<double>(std::ranges::count(config.layer_types, type));
}

double expert_weights(const DecoderConfig& c) {
  return 3.0 * static_cast<double>(c.hidden_size * c.expert_ffn_size);
}

double router_weights(const DecoderConfig& c) {
  return static_cast<double>(c.num_layers() * c.hidden_size * c.num_experts);
}

double head_weights(const DecoderConfig& c) {
  return static_cast<double>(c.vocab_size * c.hidden_size);
}

}  // namespace

DecoderConfig shape_xs() {
  return shape(8, 512, 4, 768);
}

DecoderConfig shape_s() {
  return shape(16, 768, 8, 1152);
}

double DecoderWork::attention_weights() const {
  const auto square = static_cast<double>(config_.hidden_size * config_.attention_width());
  const auto kv =
      static_cast<double>(config_.hidden_size * config_.num_kv_heads * config_.head_dim);
  return count(config_, LayerType::kLightning) * 5 * square +
         count(config_, LayerType::kSoftmax) * (2 * square + 2 * kv);
}

double DecoderWork::product_operations(double tokens, double rows) const {
  const double experts = static_cast<double>(config_.num_layers() * config_.experts_per_token) *
                         expert_weights(config_);
  return 2 * tokens * (attention_weights() + router_weights(config_) + experts) +
         2 * rows * head_weights(config_);
}

double DecoderWork::decode_bytes(double batch, double depth, double experts) const {
  const double weights =
      attention_weights() * bytes_.attention + head_weights(config_) * bytes_.head +
      experts * expert_weights(config_) * bytes_.experts + router_weights(config_) * kFloatBytes;
  const double states = 2 * count(config_, LayerType::kLightning) * kFloatBytes *
                        static_cast<double>(config_.attention_width() * config_.head_dim);
  const double kv = 2 * depth * count(config_, LayerType::kSoftmax) * kFloatBytes *
                    static_cast<double>(config_.num_kv_heads * config_.head_dim);
  return weights + batch * (states + kv);
}

}  // namespace arges::cli
