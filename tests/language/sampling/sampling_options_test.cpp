// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/sampling_options.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

namespace arges::language {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct BadOption {
  std::string name;
  std::function<void(SamplingOptions&)> set;
};

TEST(SamplingOptions, DefaultsAndBoundsAreAllowed) {
  EXPECT_TRUE(check_sampling_options({}, 10).ok());
  SamplingOptions low{0, 0, 1e-6f, 0, 1e-6f, -100, -100, {{0, -1000.0f}}, 0};
  EXPECT_TRUE(check_sampling_options(low, 10).ok());
  SamplingOptions high{100, 1 << 30, 1, 1, 100, 100, 100, {{9, 1000.0f}}, ~0ull};
  EXPECT_TRUE(check_sampling_options(high, 10).ok());
}

TEST(SamplingOptions, EveryValueOutOfRangeIsNamed) {
  const std::vector<BadOption> bad = {
      {"temperature", [](auto& o) { o.temperature = -0.1f; }},
      {"temperature", [](auto& o) { o.temperature = 101; }},
      {"temperature", [](auto& o) { o.temperature = kNan; }},
      {"temperature", [](auto& o) { o.temperature = kInfinity; }},
      {"top_k", [](auto& o) { o.top_k = -1; }},
      {"top_p", [](auto& o) { o.top_p = 0; }},
      {"top_p", [](auto& o) { o.top_p = 1.01f; }},
      {"top_p", [](auto& o) { o.top_p = kNan; }},
      {"min_p", [](auto& o) { o.min_p = -0.1f; }},
      {"min_p", [](auto& o) { o.min_p = 1.1f; }},
      {"min_p", [](auto& o) { o.min_p = kNan; }},
      {"repetition_penalty", [](auto& o) { o.repetition_penalty = 0; }},
      {"repetition_penalty", [](auto& o) { o.repetition_penalty = -2; }},
      {"repetition_penalty", [](auto& o) { o.repetition_penalty = 101; }},
      {"repetition_penalty", [](auto& o) { o.repetition_penalty = kNan; }},
      {"presence_penalty", [](auto& o) { o.presence_penalty = 101; }},
      {"presence_penalty", [](auto& o) { o.presence_penalty = kNan; }},
      {"frequency_penalty", [](auto& o) { o.frequency_penalty = -101; }},
      {"frequency_penalty", [](auto& o) { o.frequency_penalty = kNan; }},
      {"logit_bias of token 10",
       [](auto& o) {
         o.logit_bias = {{10, 1.0f}};
       }},
      {"logit_bias of token -1",
       [](auto& o) {
         o.logit_bias = {{-1, 1.0f}};
       }},
      {"logit_bias of token 3",
       [](auto& o) {
         o.logit_bias = {{3, 1.0f}, {3, 2.0f}};
       }},
      {"logit_bias of token 4",
       [](auto& o) {
         o.logit_bias = {{4, 1001.0f}};
       }},
      {"logit_bias of token 5",
       [](auto& o) {
         o.logit_bias = {{5, kNan}};
       }},
      {"logit_bias has more",
       [](auto& o) {
         o.logit_bias.assign(4097, {0, 1.0f});
       }},
  };
  for (const BadOption& option : bad) {
    SamplingOptions options;
    option.set(options);
    const Status status = check_sampling_options(options, 10);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << option.name;
    EXPECT_EQ(status.message().rfind(option.name, 0), 0u) << status.message();
  }
}

}  // namespace
}  // namespace arges::language
