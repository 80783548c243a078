// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "language/sampling/random_stream.h"

namespace arges::language {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Sampler sampler(const SamplingOptions& options, TokenId vocab_size,
                std::vector<TokenId> suppressed = {}) {
  auto made = Sampler::create(options, vocab_size,
                              std::make_shared<SuppressedTokens>(std::move(suppressed)));
  EXPECT_TRUE(made.ok()) << made.status().message();
  return std::move(made).value();
}

TokenId pick(Sampler& from, std::vector<float> logits) {
  const auto id = from.sample(logits);
  EXPECT_TRUE(id.ok()) << id.status().message();
  return id.ok() ? *id : -1;
}

// Shares of `draws` draws from the same logits.
std::map<TokenId, double> shares(Sampler from, const std::vector<float>& logits,
                                 int draws = 100'000) {
  std::map<TokenId, double> out;
  for (int i = 0; i < draws; ++i) out[pick(from, logits)] += 1.0 / draws;
  return out;
}

SamplingOptions warm(float temperature) {
  SamplingOptions options;
  options.temperature = temperature;
  options.seed = 11;
  return options;
}

// Logits of these probabilities, shifted as a model's are.
std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> out;
  for (const double p : probabilities) out.push_back(static_cast<float>(std::log(p) + 7.0));
  return out;
}

const std::vector<double> kFour = {0.4, 0.3, 0.2, 0.1};

TEST(Sampler, GreedyTakesTheLargestAndTheLowestIdOfEqualOnes) {
  Sampler greedy = sampler({}, 5);
  EXPECT_EQ(pick(greedy, {1, 5, 2, 5, 0}), 1);
  EXPECT_EQ(pick(greedy, {-3, -3, -3, -3, -3}), 0);
  EXPECT_EQ(pick(greedy, {kNan, -kInfinity, -9, kNan, -8}), 4);
}

// The largest is sought in lanes: wherever it lies, and whatever lies in its lane.
TEST(Sampler, GreedyFindsTheLargestAtEveryPlace) {
  constexpr std::size_t kVocab = 53;
  Sampler greedy = sampler({}, kVocab);
  for (std::size_t place = 0; place < kVocab; ++place) {
    std::vector<float> logits(kVocab, -2.0f);
    for (std::size_t i = place % 16; i < kVocab; i += 16) logits[i] = kNan;
    logits[place] = -1.0f;
    EXPECT_EQ(pick(greedy, logits), static_cast<TokenId>(place));
    logits[kVocab - 1] = -1.0f;
    EXPECT_EQ(pick(greedy, logits), static_cast<TokenId>(place)) << "the lowest of equal ones";
    logits[kVocab - 1] = kInfinity;
    EXPECT_EQ(pick(greedy, logits), static_cast<TokenId>(kVocab - 1));
  }
}

TEST(Sampler, DrawsFollowTheSoftmax) {
  const auto found = shares(sampler(warm(1.0f), 4), logits_of(kFour));
  for (std::size_t i = 0; i < kFour.size(); ++i) {
    EXPECT_NEAR(found.at(static_cast<TokenId>(i)), kFour[i], 0.006);
  }
}

TEST(Sampler, TemperatureSharpensAndFlattens) {
  double sum_half = 0;
  for (const double p : kFour) sum_half += p * p;
  const auto sharp = shares(sampler(warm(0.5f), 4), logits_of(kFour));
  EXPECT_NEAR(sharp.at(0), 0.16 / sum_half, 0.006);
  EXPECT_NEAR(sharp.at(3), 0.01 / sum_half, 0.006);
  const auto flat = shares(sampler(warm(100.0f), 4), logits_of(kFour));
  EXPECT_NEAR(flat.at(3), 0.25, 0.01);
  const auto coldest = shares(sampler(warm(1e-30f), 4), logits_of(kFour), 100);
  EXPECT_EQ(coldest.size(), 1u);
}

TEST(Sampler, EachTruncationRenormalisesWhatItKeeps) {
  SamplingOptions top_k = warm(1.0f);
  top_k.top_k = 2;
  SamplingOptions top_p = warm(1.0f);
  top_p.top_p = 0.65f;
  SamplingOptions min_p = warm(1.0f);
  min_p.min_p = 0.6f;
  for (const SamplingOptions& options : {top_k, top_p, min_p}) {
    const auto found = shares(sampler(options, 4), logits_of(kFour));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_NEAR(found.at(0), 4.0 / 7.0, 0.006);
    EXPECT_NEAR(found.at(1), 3.0 / 7.0, 0.006);
  }
}

TEST(Sampler, TruncationsCombineInTheirOrder) {
  // top-k leaves 4/9, 3/9, 2/9; of these top-p 0.7 leaves two; min-p 0.9 leaves one.
  SamplingOptions options = warm(1.0f);
  options.top_k = 3;
  options.top_p = 0.7f;
  EXPECT_EQ(shares(sampler(options, 4), logits_of(kFour), 1000).size(), 2u);
  options.min_p = 0.9f;
  EXPECT_EQ(shares(sampler(options, 4), logits_of(kFour), 1000).size(), 1u);
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
  SamplingOptions options = warm(1.3f);
  options.top_p = 0.95f;
  options.frequency_penalty = 0.1f;
  const auto run = [&](std::uint64_t seed) {
    options.seed = seed;
    Sampler from = sampler(options, 4);
    std::vector<TokenId> out;
    for (int i = 0; i < 100; ++i) {
      out.push_back(pick(from, logits_of(kFour)));
      from.accept(out.back());
    }
    return out;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(Sampler, ACopyGoesOnFromTheSameState) {
  Sampler first = sampler(warm(1.0f), 4);
  for (int i = 0; i < 5; ++i) pick(first, logits_of(kFour));
  Sampler second = first;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(pick(first, logits_of(kFour)), pick(second, logits_of(kFour)));
  }
}

TEST(Sampler, SuppressedTokensAreNeverPicked) {
  SamplingOptions options = warm(1.0f);
  options.logit_bias = {{0, 1000.0f}};
  options.presence_penalty = -100.0f;
  Sampler from = sampler(options, 4, {0, 2, 2, 99, -1});
  from.accept(0);
  const auto found = shares(from, logits_of(kFour), 10'000);
  EXPECT_EQ(found.count(0) + found.count(2), 0u);
  Sampler greedy = sampler({}, 4, {0});
  EXPECT_EQ(pick(greedy, {9, 1, 2, 3}), 3);
}

TEST(Sampler, LogitBiasMovesTheChoice) {
  SamplingOptions options;
  options.logit_bias = {{3, 5.0f}, {0, -5.0f}};
  Sampler greedy = sampler(options, 4);
  EXPECT_EQ(pick(greedy, {3, 0, 0, 0}), 3);
}

TEST(Sampler, PenaltiesCountWhatWasAccepted) {
  SamplingOptions options;
  options.frequency_penalty = 1.0f;
  Sampler greedy = sampler(options, 3);
  std::vector<TokenId> out;
  for (int i = 0; i < 6; ++i) {
    out.push_back(pick(greedy, {2.5f, 2.0f, 0.0f}));
    greedy.accept(out.back());
  }
  EXPECT_EQ(out, (std::vector<TokenId>{0, 1, 0, 1, 0, 1}));
}

TEST(Sampler, PromptTokensFeelTheRepetitionPenalty) {
  SamplingOptions options;
  options.repetition_penalty = 4.0f;
  Sampler greedy = sampler(options, 3);
  const std::vector<TokenId> prompt = {0, -1, 3};
  greedy.accept_prompt(prompt);
  greedy.accept(7);
  EXPECT_EQ(pick(greedy, {3, 2, 1}), 1);
}

TEST(Sampler, NanAndMinusInfinityAreNeverDrawn) {
  const auto found = shares(sampler(warm(5.0f), 5), {kNan, 1, -kInfinity, 1, kNan}, 1000);
  EXPECT_EQ(found.size(), 2u);
  EXPECT_EQ(found.count(1) + found.count(3), 2u);
}

TEST(Sampler, AnInfiniteLogitTakesEverything) {
  const auto found = shares(sampler(warm(5.0f), 3), {1, kInfinity, 1}, 1000);
  EXPECT_EQ(found.size(), 1u);
  EXPECT_EQ(found.count(1), 1u);
}

TEST(Sampler, NothingToPickIsATypedError) {
  Sampler drawn = sampler(warm(1.0f), 3);
  Sampler greedy = sampler({}, 3);
  for (Sampler* from : {&drawn, &greedy}) {
    const auto code = [from](std::size_t count, float logit) {
      std::vector<float> logits(count, logit);
      return from->sample(logits).status().code();
    };
    EXPECT_EQ(code(3, kNan), StatusCode::kModelInvalid);
    EXPECT_EQ(code(3, -kInfinity), StatusCode::kModelInvalid);
    EXPECT_EQ(code(2, 1.0f), StatusCode::kInvalidArgument);
    EXPECT_EQ(code(3, 1.0f), StatusCode::kOk);
  }
}

TEST(Sampler, RefusesBadOptionsAndAnEmptyVocabulary) {
  SamplingOptions options;
  options.top_p = 0.0f;
  EXPECT_EQ(Sampler::create(options, 4).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Sampler::create({}, 0).status().code(), StatusCode::kInvalidArgument);
}

TEST(Sampler, ARealVocabularyKeepsOnlyTheLikeliest) {
  std::vector<float> logits(200'064);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = std::sin(static_cast<float>(i) * 0.37f);
  }
  logits[123'456] = 20.0f;
  logits[7] = 19.0f;
  SamplingOptions options = warm(1.0f);
  options.top_p = 0.9f;
  const auto found = shares(sampler(options, 200'064), logits, 50);
  for (const auto& [id, share] : found) EXPECT_TRUE(id == 7 || id == 123'456) << id;
}

// Exponentials are spared, and no draw shows it.
TEST(Sampler, MinPAloneDrawsAsIfEverythingHadBeenWeighed) {
  constexpr std::size_t kVocab = 500;
  for (const float temperature : {0.1f, 1.0f, 3.0f}) {
    for (const float min_p : {1e-30f, 0.001f, 0.3f, 1.0f}) {
      SamplingOptions options = warm(temperature);
      options.min_p = min_p;
      options.seed = 9;
      Sampler from = sampler(options, kVocab);
      RandomStream random(9);
      for (int round = 0; round < 50; ++round) {
        std::vector<float> logits;
        for (std::size_t i = 0; i < kVocab; ++i) {
          logits.push_back(static_cast<float>((i * i * 31 + 7 * i * round) % 400) / 40.0f);
        }
        const double largest = *std::max_element(logits.begin(), logits.end());
        std::vector<double> weights;
        double sum = 0;
        for (const float logit : logits) {
          const double weight = std::exp((logit - largest) / static_cast<double>(temperature));
          weights.push_back(weight < min_p ? 0 : weight);
          sum += weights.back();
        }
        double left = random.next_unit() * sum;
        TokenId expected = 0;
        for (std::size_t i = 0; i < kVocab && left >= 0; ++i) {
          if (weights[i] == 0) continue;
          expected = static_cast<TokenId>(i);
          left -= weights[i];
        }
        ASSERT_EQ(pick(from, logits), expected) << temperature << ' ' << min_p;
      }
    }
  }
}

}  // namespace
}  // namespace arges::language
