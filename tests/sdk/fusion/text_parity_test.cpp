// SPDX-License-Identifier: Apache-2.0
// The decoder against logits recorded from transformers' own classes (tests/golden/text).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/sdk/fusion/decoder_runner.h"
#include "tests/support/npy.h"

namespace arges::testing {
namespace {

constexpr double kLogitTolerance = 1e-4;
constexpr double kNarrowedTolerance = 0.15;
constexpr double kQ8Tolerance = 0.2;  // root of the mean square
constexpr double kQ4Tolerance = 0.5;
constexpr double kChunkTolerance = 5e-5;
const std::string kFolder = std::string(ARGES_GOLDEN_DIR) + "/text/";

nlohmann::json read_cases() {
  std::ifstream file(kFolder + "cases.json");
  return nlohmann::json::parse(file);
}

std::vector<nlohmann::json> cases() {
  return read_cases()["cases"].get<std::vector<nlohmann::json>>();
}

Tokens read_ids(const nlohmann::json& golden) {
  std::ifstream file(kFolder + golden["ids"].get<std::string>());
  return Tokens(std::istream_iterator<language::TokenId>(file), {});
}

class TextParity : public ::testing::TestWithParam<nlohmann::json> {
 protected:
  DecoderRunner runner(const std::string& device = "cpu", int threads = 2,
                       const std::string& weights = "auto") const {
    return DecoderRunner(kFolder + GetParam()["model"].get<std::string>(), device, threads,
                         weights);
  }
  std::span<const float> row(std::span<const float> logits, std::size_t index) const {
    const auto vocab = GetParam()["vocab_size"].get<std::size_t>();
    return logits.subspan(index * vocab, vocab);
  }

  // The recorded rows that a run over the first `length` tokens must reproduce.
  void expect_golden_rows(std::span<const float> logits, std::size_t length,
                          double tolerance = kLogitTolerance) const {
    const Npy golden = read_npy(kFolder + GetParam()["logits"].get<std::string>());
    const auto rows = read_cases()["rows"].get<std::vector<std::size_t>>();
    double worst = 0;
    std::size_t compared = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] >= length) continue;
      worst = std::max(worst, max_difference(row(logits, rows[i]), row(golden.values, i)));
      ++compared;
    }
    EXPECT_GE(compared, std::size_t{1});
    EXPECT_LE(worst, tolerance) << "over " << length << " tokens";
    RecordProperty("max_logit_difference_" + std::to_string(length), std::to_string(worst));
  }

  // Of the recorded rows that a run over the first `length` tokens has.
  double rms_difference(std::span<const float> logits, std::size_t length) const {
    const Npy golden = read_npy(kFolder + GetParam()["logits"].get<std::string>());
    const auto rows = read_cases()["rows"].get<std::vector<std::size_t>>();
    double squares = 0, count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] >= length) continue;
      const std::span<const float> here = row(logits, rows[i]), there = row(golden.values, i);
      for (std::size_t j = 0; j < here.size(); ++j) {
        const double difference = static_cast<double>(here[j]) - there[j];
        squares += difference * difference;
        count += 1;
      }
    }
    return std::sqrt(squares / count);
  }

  void batch_mates_change_nothing(const std::string& weights) const {
    DecoderRunner one = runner("cpu", 1, weights);
    const Tokens a(ids_.begin(), ids_.begin() + 300);
    const Tokens b(ids_.begin() + 100, ids_.begin() + 171);
    const Tokens c(ids_.begin() + 500, ids_.begin() + 501);
    const std::vector<float> alone_a = one.run(a, 64);
    const std::vector<float> alone_b = one.run(b, 1);
    for (const int threads : {1, 2, 3, 8}) {
      DecoderRunner many = runner("cpu", threads, weights);
      const auto batch = many.run_batch({c, b, a}, {1, 1, 64});
      EXPECT_EQ(batch[1], alone_b) << threads << " threads, " << weights;
      EXPECT_EQ(batch[2], alone_a) << threads << " threads, " << weights;
    }
  }

  const Tokens ids_ = read_ids(GetParam());
};

TEST_P(TextParity, LogitsEqualTheReferenceAtEveryLength) {
  DecoderRunner cpu = runner();
  for (const std::size_t length : read_cases()["lengths"].get<std::vector<std::size_t>>()) {
    const std::span<const language::TokenId> ids(ids_.data(), length);
    expect_golden_rows(cpu.run(ids, static_cast<std::int64_t>(length)), length);
  }
}

TEST_P(TextParity, ScalarBackendEqualsTheReference) {
  DecoderRunner scalar = runner("reference");
  const std::span<const language::TokenId> ids(ids_.data(), 300);
  expect_golden_rows(scalar.run(ids, 300), 300);
}

// On the GPU beside the program, or the pretended one.
TEST_P(TextParity, DeviceOfItsOwnEqualsTheReference) {
  DecoderRunner card = runner("cuda-fp32");
  const std::span<const language::TokenId> ids(ids_.data(), 300);
  expect_golden_rows(card.run(ids, 300), 300);
  expect_golden_rows(card.run(ids, 37), 300);
  const nlohmann::json greedy = GetParam()["greedy"][0];
  const auto expected = greedy["tokens"].get<Tokens>();
  const Tokens prompt(ids_.begin(), ids_.begin() + greedy["prompt_length"].get<int>());
  EXPECT_EQ(card.greedy(prompt, static_cast<std::int64_t>(expected.size())), expected);
}

// With operands of bf16, which have 8 bits, and logits of a standard deviation of 1.5.
TEST_P(TextParity, DeviceOfItsOwnStaysNearWithNarrowedOperands) {
  DecoderRunner card = runner("cuda");
  const std::span<const language::TokenId> ids(ids_.data(), 300);
  expect_golden_rows(card.run(ids, 300), 300, kNarrowedTolerance);
  expect_golden_rows(card.run(ids, 37), 300, kNarrowedTolerance);
}

// Logits have a standard deviation of 1.5. Where two experts are nearly as likely, and random
// routers give many such rows, the least rounding takes the other one: the largest difference says
// nothing.
TEST_P(TextParity, WeightsOfFewBitsStayNear) {
  const std::span<const language::TokenId> ids(ids_.data(), 300);
  for (const std::string device : {"cpu", "reference"}) {
    const double q8 = rms_difference(runner(device, 2, "q8").run(ids, 300), 300);
    const double q4 = rms_difference(runner(device, 2, "q4").run(ids, 300), 300);
    EXPECT_LE(q8, kQ8Tolerance) << device;
    EXPECT_LE(q4, kQ4Tolerance) << device;
    RecordProperty("rms_logit_difference_" + device,
                   "q8 " + std::to_string(q8) + ", q4 " + std::to_string(q4));
  }
}

TEST_P(TextParity, ChunkedAndStepwiseRunsAgreeWithOneShot) {
  DecoderRunner cpu = runner();
  const auto all = static_cast<std::int64_t>(ids_.size());
  const std::vector<float> one_shot = cpu.run(ids_, all);
  for (const std::int64_t chunk : {1, 7, 64, 255, 256, 257}) {
    EXPECT_LE(max_difference(cpu.run(ids_, chunk), one_shot), kChunkTolerance)
        << "chunks of " << chunk;
  }
}

TEST_P(TextParity, BatchMatesAndThreadsDoNotChangeABit) {
  for (const std::string weights : {"auto", "q8", "q4"}) batch_mates_change_nothing(weights);
}

TEST_P(TextParity, GreedyContinuationsAreIdentical) {
  DecoderRunner cpu = runner();
  for (const nlohmann::json& greedy : GetParam()["greedy"]) {
    const auto expected = greedy["tokens"].get<Tokens>();
    const Tokens prompt(ids_.begin(), ids_.begin() + greedy["prompt_length"].get<int>());
    EXPECT_EQ(cpu.greedy(prompt, static_cast<std::int64_t>(expected.size())), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, TextParity, ::testing::ValuesIn(cases()), [](const auto& golden) {
  return golden.param["name"].template get<std::string>();
});

}  // namespace
}  // namespace arges::testing
