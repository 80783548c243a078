// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/penalties.h"

#include <gtest/gtest.h>

#include <limits>

#include "language/sampling/logit_bias.h"

namespace arges::language {
namespace {

TEST(Penalties, RepetitionPullsSeenTokensTowardsLess) {
  std::vector<float> logits = {2.0f, -2.0f, 0.0f, 2.0f};
  SamplingOptions options;
  options.repetition_penalty = 2.0f;
  apply_penalties({{0, 3}, {1, 0}, {2, 1}}, options, logits);
  EXPECT_EQ(logits, (std::vector<float>{1.0f, -4.0f, 0.0f, 2.0f}));
}

TEST(Penalties, PresenceCountsOnceAndFrequencyEachTime) {
  std::vector<float> logits = {1.0f, 1.0f, 1.0f};
  SamplingOptions options;
  options.presence_penalty = 0.5f;
  options.frequency_penalty = 0.25f;
  apply_penalties({{0, 1}, {1, 4}}, options, logits);
  EXPECT_EQ(logits, (std::vector<float>{0.25f, -0.5f, 1.0f}));
}

TEST(Penalties, PromptTokensFeelRepetitionOnly) {
  std::vector<float> logits = {4.0f};
  SamplingOptions options;
  options.repetition_penalty = 2.0f;
  options.presence_penalty = 1.0f;
  options.frequency_penalty = 1.0f;
  apply_penalties({{0, 0}}, options, logits);
  EXPECT_EQ(logits[0], 2.0f);
}

TEST(LogitBias, AddsAndLeavesSuppressedTokensSuppressed) {
  const float none = -std::numeric_limits<float>::infinity();
  std::vector<float> logits = {1.0f, none, 3.0f};
  const std::vector<std::pair<TokenId, float>> biases = {{0, -2.0f}, {1, 1000.0f}};
  apply_logit_bias(biases, logits);
  EXPECT_EQ(logits, (std::vector<float>{-1.0f, none, 3.0f}));
}

}  // namespace
}  // namespace arges::language
