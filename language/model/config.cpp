// SPDX-License-Identifier: Apache-2.0
#include "language/model/config.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

namespace arges::language {
namespace {

// Far above the real model (hidden 6144, vocabulary 200064), far below where products overflow.
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;
constexpr std::int64_t kMaxVocab = std::int64_t{1} << 22;
constexpr std::int64_t kMaxLayers = 1024;
constexpr std::int64_t kMaxExperts = 4096;
constexpr std::int64_t kMaxPositions = std::int64_t{1} << 30;
// Tokens that a page of a backend's KV cache holds at most.
constexpr std::int64_t kMostPageTokens = 128;
// Numbers in the lightning states of one sequence, and in the KV caches for one page of tokens: 1
// GiB each, 3.6 and 100 times the real model's. A small file must not make a session cost more.
constexpr std::int64_t kMaxStateValues = std::int64_t{1} << 28;

Status check_range(const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return model_invalid(std::string("config field ") + field + " is " + std::to_string(value) +
                       "; it must lie between " + std::to_string(low) + " and " +
                       std::to_string(high));
}

Status check_finite(const char* field, double value) {
  if (std::isfinite(value)) return {};
  return model_invalid(std::string("config field ") + field + " is not a finite number");
}

Status check_positive(const char* field, double value) {
  if (std::isfinite(value) && value > 0) return {};
  return model_invalid(std::string("config field ") + field + " must be a positive number");
}

Status check_residual(const char* field, const ResidualScale& scale) {
  ARGES_RETURN_IF_ERROR(check_finite(field, scale.alpha));
  return check_finite(field, scale.beta);
}

// Precondition: every number is in its range, so that the products cannot overflow.
Status check_sequence_memory(const DecoderConfig& config) {
  const std::int64_t lightning =
      std::count(config.layer_types.begin(), config.layer_types.end(), LayerType::kLightning);
  const std::int64_t softmax = config.num_layers() - lightning;
  const std::int64_t state = config.num_heads * config.head_dim * config.head_dim;
  const std::int64_t page = 2 * config.num_kv_heads * config.head_dim * kMostPageTokens;
  if (lightning * state <= kMaxStateValues && softmax * page <= kMaxStateValues) return {};
  return model_invalid(
      "config: heads, head_dim and layers make one session's state larger than 1 GiB");
}

Status check_relations(const DecoderConfig& config) {
  if (config.num_heads % config.num_kv_heads != 0) {
    return model_invalid("config: num_attention_heads is not a multiple of num_key_value_heads");
  }
  if (config.rotary_dim % 2 != 0) return model_invalid("config: rotary_dim is odd");
  if (config.attention_width() > kMaxWidth) {
    return model_invalid("config: num_attention_heads times head_dim is over " +
                         std::to_string(kMaxWidth));
  }
  return check_sequence_memory(config);
}

// Slopes of 2^k heads: a geometric row whose first term and ratio are 2^(-8/heads).
std::vector<double> power_of_two_slopes(std::int64_t heads) {
  std::vector<double> slopes;
  for (std::int64_t h = 1; h <= heads; ++h) {
    slopes.push_back(std::exp2(-8.0 * static_cast<double>(h) / static_cast<double>(heads)));
  }
  return slopes;
}

std::vector<double> base_slopes(std::int64_t heads) {
  const auto power = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(heads)));
  std::vector<double> slopes = power_of_two_slopes(power);
  const std::vector<double> finer = power_of_two_slopes(2 * power);
  for (std::int64_t h = 0; h < heads - power; ++h) {
    slopes.push_back(finer[static_cast<std::size_t>(2 * h)]);
  }
  return slopes;
}

}  // namespace

Status check_decoder_config(const DecoderConfig& config) {
  ARGES_RETURN_IF_ERROR(check_range("vocab_size", config.vocab_size, 1, kMaxVocab));
  ARGES_RETURN_IF_ERROR(check_range("hidden_size", config.hidden_size, 1, kMaxWidth));
  ARGES_RETURN_IF_ERROR(check_range("num_attention_heads", config.num_heads, 1, 4096));
  ARGES_RETURN_IF_ERROR(check_range("num_key_value_heads", config.num_kv_heads, 1, 4096));
  ARGES_RETURN_IF_ERROR(check_range("head_dim", config.head_dim, 1, 4096));
  ARGES_RETURN_IF_ERROR(check_range("intermediate_size", config.expert_ffn_size, 1, kMaxWidth));
  ARGES_RETURN_IF_ERROR(check_range("num_local_experts", config.num_experts, 1, kMaxExperts));
  ARGES_RETURN_IF_ERROR(
      check_range("num_experts_per_tok", config.experts_per_token, 1, config.num_experts));
  ARGES_RETURN_IF_ERROR(check_range("rotary_dim", config.rotary_dim, 0, config.head_dim));
  ARGES_RETURN_IF_ERROR(
      check_range("max_position_embeddings", config.max_positions, 1, kMaxPositions));
  ARGES_RETURN_IF_ERROR(check_range("num_hidden_layers", config.num_layers(), 1, kMaxLayers));
  ARGES_RETURN_IF_ERROR(check_positive("rope_theta", config.rope_theta));
  ARGES_RETURN_IF_ERROR(check_positive("rms_norm_eps", config.norm_epsilon));
  ARGES_RETURN_IF_ERROR(check_residual("linear attention alpha/beta", config.lightning_residual));
  ARGES_RETURN_IF_ERROR(check_residual("full attention alpha/beta", config.softmax_residual));
  ARGES_RETURN_IF_ERROR(check_residual("mlp alpha/beta", config.moe_residual));
  return check_relations(config);
}

std::vector<float> lightning_slopes(const DecoderConfig& config, std::int64_t layer) {
  const std::int64_t last = config.num_layers() - 1;
  const double depth = last < 1 ? 0.0 : static_cast<double>(layer) / static_cast<double>(last);
  std::vector<float> slopes;
  for (const double base : base_slopes(config.num_heads)) {
    slopes.push_back(static_cast<float>(base * (1.0 - depth + 1e-5)));
  }
  return slopes;
}

}  // namespace arges::language
