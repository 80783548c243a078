// SPDX-License-Identifier: Apache-2.0
#include "language/model/config.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace arges::language {
namespace {

DecoderConfig valid_config() {
  DecoderConfig config;
  config.vocab_size = 100;
  config.hidden_size = 32;
  config.num_heads = 4;
  config.num_kv_heads = 2;
  config.head_dim = 8;
  config.expert_ffn_size = 16;
  config.num_experts = 4;
  config.experts_per_token = 2;
  config.rotary_dim = 4;
  config.max_positions = 512;
  config.layer_types = {LayerType::kLightning, LayerType::kSoftmax};
  return config;
}

// The released models' 64 heads and 80 layers, whose values architecture.md §2.3 states.
DecoderConfig released_shape() {
  DecoderConfig config = valid_config();
  config.num_heads = 64;
  config.layer_types.assign(80, LayerType::kLightning);
  return config;
}

TEST(LightningSlopes, EqualThePublishedCheckValues) {
  const DecoderConfig config = released_shape();
  EXPECT_NEAR(lightning_slopes(config, 0)[0], 0.91701321, 1e-6);
  EXPECT_NEAR(lightning_slopes(config, 0)[63], 0.0039062891, 1e-8);
  EXPECT_NEAR(lightning_slopes(config, 78)[0], 0.01161682, 1e-7);
  EXPECT_NEAR(lightning_slopes(config, 78)[63], 4.94853e-05, 1e-9);
}

TEST(LightningSlopes, StayPositiveInTheLastLayer) {
  for (const float slope : lightning_slopes(released_shape(), 79)) EXPECT_GT(slope, 0.0f);
}

TEST(LightningSlopes, FollowTheAlibiRuleForOtherHeadCounts) {
  DecoderConfig config = valid_config();
  config.num_heads = 6;
  config.layer_types = {LayerType::kLightning};
  const double factor = 1.0 + 1e-5;
  const std::vector<double> base = {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125};
  const std::vector<float> slopes = lightning_slopes(config, 0);
  ASSERT_EQ(slopes.size(), base.size());
  for (std::size_t h = 0; h < base.size(); ++h) {
    EXPECT_NEAR(slopes[h], base[h] * factor, 1e-7);
  }
}

TEST(DecoderConfigCheck, AcceptsAConsistentConfig) {
  EXPECT_TRUE(check_decoder_config(valid_config()).ok());
}

TEST(DecoderConfigCheck, RefusesEveryFieldOutOfRange) {
  const std::vector<std::function<void(DecoderConfig&)>> defects = {
      [](auto& c) { c.vocab_size = 0; },
      [](auto& c) { c.vocab_size = std::numeric_limits<std::int64_t>::max(); },
      [](auto& c) { c.hidden_size = -1; },
      [](auto& c) { c.num_heads = 0; },
      [](auto& c) { c.num_kv_heads = 0; },
      [](auto& c) { c.num_kv_heads = 3; },
      [](auto& c) { c.head_dim = 0; },
      [](auto& c) { c.num_heads = 4096, c.head_dim = 4096; },
      [](auto& c) { c.num_heads = 256, c.head_dim = 4096; },
      [](auto& c) {
        c.num_heads = c.num_kv_heads = 4096, c.head_dim = 256;
        c.layer_types = {LayerType::kSoftmax, LayerType::kSoftmax};
      },
      [](auto& c) { c.expert_ffn_size = 0; },
      [](auto& c) { c.num_experts = 0; },
      [](auto& c) { c.experts_per_token = 0; },
      [](auto& c) { c.experts_per_token = 5; },
      [](auto& c) { c.rotary_dim = 3; },
      [](auto& c) { c.rotary_dim = 9; },
      [](auto& c) { c.rotary_dim = -2; },
      [](auto& c) { c.rope_theta = 0; },
      [](auto& c) { c.rope_theta = std::numeric_limits<double>::quiet_NaN(); },
      [](auto& c) { c.max_positions = 0; },
      [](auto& c) { c.norm_epsilon = -1e-5f; },
      [](auto& c) { c.layer_types.clear(); },
      [](auto& c) { c.layer_types.resize(5000); },
      [](auto& c) { c.moe_residual.alpha = std::numeric_limits<float>::infinity(); },
  };
  for (std::size_t i = 0; i < defects.size(); ++i) {
    DecoderConfig config = valid_config();
    defects[i](config);
    EXPECT_EQ(check_decoder_config(config).code(), StatusCode::kModelInvalid) << "defect " << i;
  }
}

}  // namespace
}  // namespace arges::language
