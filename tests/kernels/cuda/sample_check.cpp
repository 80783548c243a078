// SPDX-License-Identifier: Apache-2.0
// Sampling against a sorted reference: the same token wherever rounding does not decide.
#include "kernels/cuda/sample.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/parallel.h"
#include "tests/kernels/cuda/random.h"
#include "tests/kernels/cuda/report.h"
#include "tests/kernels/cuda/sample_reference.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kRoundingDecides = 1e-5;
constexpr double kLogBound = 2e-5;

struct SampleOutcome {
  std::vector<std::int32_t> ids;
  std::vector<float> log_probabilities;
};

// Rows of the same vocabulary, some with slots and masks of their own; behind the vocabulary's
// columns lie numbers that would win.
SampleOutcome run(const std::vector<SampleCase>& cases) {
  const std::size_t vocab = cases[0].logits.size();
  const std::size_t stride = vocab + 3;
  const std::size_t words = (vocab + 31) / 32;
  std::vector<float> logits(cases.size() * stride, 1e30f);
  std::vector<SampleOptions> options;
  std::vector<std::uint32_t> counts;
  std::vector<std::uint32_t> masks;
  std::vector<std::int32_t> bias_ids;
  std::vector<float> bias_values;
  for (std::size_t row = 0; row < cases.size(); ++row) {
    const SampleCase& c = cases[row];
    std::ranges::copy(c.logits, logits.begin() + static_cast<std::ptrdiff_t>(row * stride));
    SampleOptions o{c.temperature, c.top_k,    c.top_p,    c.min_p,
                    c.repetition,  c.presence, c.frequency};
    o.seed = c.seed;
    o.draws = c.draws;
    if (!c.counts.empty()) {
      o.slot = static_cast<std::int32_t>(counts.size() / vocab);
      counts.insert(counts.end(), c.counts.begin(), c.counts.end());
    }
    if (!c.allowed.empty()) {
      o.mask = static_cast<std::int32_t>(masks.size() / words);
      masks.resize(masks.size() + words);
      for (std::size_t i = 0; i < vocab; ++i) {
        if (c.allowed[i]) masks[masks.size() - words + i / 32] |= 1u << (i % 32);
      }
    }
    o.bias_begin = static_cast<std::int32_t>(bias_ids.size());
    o.bias_count = static_cast<std::int32_t>(c.bias.size());
    for (const auto& [id, bias] : c.bias) bias_ids.push_back(id), bias_values.push_back(bias);
    options.push_back(o);
  }
  counts.resize(counts.size() + 1), masks.resize(masks.size() + 1);  // never empty
  bias_ids.resize(bias_ids.size() + 1), bias_values.resize(bias_values.size() + 1);
  const DeviceArray<float> device_logits(logits);
  const DeviceArray<SampleOptions> device_options(options);
  const DeviceArray<std::uint32_t> device_counts(counts);
  const DeviceArray<std::uint32_t> device_masks(masks);
  const DeviceArray<std::int32_t> device_bias_ids(bias_ids);
  const DeviceArray<float> device_bias_values(bias_values);
  DeviceArray<std::uint32_t> scratch(cases.size() * vocab);
  DeviceArray<std::int32_t> ids(cases.size());
  DeviceArray<float> log_probabilities(cases.size());
  scratch.fill_bytes(0xff), ids.fill_bytes(0x7f), log_probabilities.fill_bytes(0xff);
  SampleArgs args;
  args.logits = device_logits.get();
  args.stride = static_cast<std::int64_t>(stride);
  args.rows = static_cast<int>(cases.size());
  args.vocab = static_cast<int>(vocab);
  args.options = device_options.get();
  args.counts = device_counts.get();
  args.masks = device_masks.get();
  args.bias_ids = device_bias_ids.get();
  args.bias_values = device_bias_values.get();
  args.scratch = scratch.get();
  args.ids = ids.get();
  args.log_probabilities = log_probabilities.get();
  must(sample(args, nullptr));
  must(cudaDeviceSynchronize(), "sample");
  return {ids.download(), log_probabilities.download()};
}

std::vector<float> random_logits(std::size_t vocab, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> logits(vocab);
  for (float& logit : logits) logit = static_cast<float>(scale * random.next());
  return logits;
}

// All rows together, then some alone: the same tokens.
void check_cases(const std::string& name, const std::vector<SampleCase>& cases) {
  const SampleOutcome outcome = run(cases);
  std::vector<SampleAnswer> answers(cases.size());
  in_parallel(static_cast<std::int64_t>(cases.size()), [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      answers[i] = sample_reference(cases[i]);
    }
  });
  std::size_t other = 0;
  std::size_t excused = 0;
  double worst = 0.0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const SampleAnswer& answer = answers[i];
    const int id = outcome.ids[i];
    if (id != answer.id) ++(answer.margin < kRoundingDecides ? excused : other);
    const bool known = id >= 0 && static_cast<std::size_t>(id) < cases[i].logits.size();
    const auto log = static_cast<double>(outcome.log_probabilities[i]);
    const double want = known ? log_probability(cases[i].logits, id) : std::nan("");
    if (std::isnan(want)) {
      worst = std::fmax(worst, std::isnan(log) ? 0.0 : HUGE_VAL);
    } else {
      worst = std::fmax(worst, std::isnan(log) ? HUGE_VAL : std::abs(log - want));
    }
  }
  bool alone = true;
  for (const std::size_t i : {std::size_t{0}, cases.size() / 2, cases.size() - 1}) {
    const SampleOutcome one = run({cases[i]});
    alone = alone && one.ids[0] == outcome.ids[i];
  }
  char figures[120];
  std::snprintf(figures, sizeof(figures), "other %zu  at a boundary %zu of %zu  log %.1e%s", other,
                excused, cases.size(), worst, alone ? "" : "  another alone");
  report("sample " + name,
         other == 0 && excused * 50 <= cases.size() && worst <= kLogBound && alone, figures);
}

void check_draws(std::size_t vocab, double scale) {
  const std::string name =
      "vocabulary " + std::to_string(vocab) + " scale " + std::to_string(static_cast<int>(scale));
  const std::vector<float> logits = random_logits(vocab, scale, vocab);
  std::vector<SampleCase> plain;
  std::vector<SampleCase> truncated;
  for (int i = 0; i < 64; ++i) {
    SampleCase c;
    c.logits = logits;
    c.temperature = 0.25f + 0.05f * static_cast<float>(i % 32);
    c.seed = static_cast<std::uint64_t>(i) * 977;
    c.draws = static_cast<std::uint64_t>(i % 5);
    plain.push_back(c);
    if (i % 2 == 0) c.top_k = 1 + i * i % 100;
    if (i % 3 != 1) c.top_p = 0.05f + 0.014f * static_cast<float>(i);
    if (i % 4 == 3) c.min_p = 0.003f * static_cast<float>(i);
    truncated.push_back(c);
  }
  check_cases("draws, " + name, plain);
  check_cases("top-k, top-p and min-p, " + name, truncated);
}

// Masks, biases and penalties, greedy and drawn.
void check_adjustments(std::size_t vocab) {
  std::vector<SampleCase> cases;
  for (int i = 0; i < 32; ++i) {
    SampleCase c;
    c.logits = random_logits(vocab, 4.0, 500u + static_cast<unsigned>(i));
    if (i % 2 == 0) c.temperature = 0.8f;
    c.seed = static_cast<std::uint64_t>(i);
    Random random(900u + static_cast<unsigned>(i));
    if (i % 3 != 0) {
      c.repetition = 1.3f, c.presence = 0.5f, c.frequency = -0.25f;
      for (std::size_t v = 0; v < vocab; ++v) {
        c.counts.push_back(static_cast<std::uint32_t>(std::fmax(0.0, 2.0 * random.next())));
      }
    }
    if (i % 4 != 0) {
      for (std::size_t v = 0; v < vocab; ++v) c.allowed.push_back(random.next() > 0.5);
      c.allowed[vocab / 2] = true;
    }
    for (int b = 0; b < i; ++b) {
      c.bias.emplace_back(static_cast<int>(vocab) - 1 - b, b % 5 == 0 ? 8.0f : -3.0f);
    }
    cases.push_back(c);
  }
  check_cases("masks, biases and penalties, vocabulary " + std::to_string(vocab), cases);
}

// Equal, infinite and impossible logits.
void check_strange() {
  constexpr std::size_t kVocab = 3001;
  std::vector<SampleCase> cases;
  for (int i = 0; i < 24; ++i) {
    SampleCase c;
    c.logits.assign(kVocab, i % 2 == 0 ? 0.0f : -0.0f);
    for (std::size_t v = 0; v < kVocab; v += 3) c.logits[v] = -c.logits[v];
    c.temperature = i % 4 == 0 ? 0.0f : 1.0f;
    c.seed = static_cast<std::uint64_t>(i);
    if (i % 3 == 1) c.top_k = 40;
    if (i % 5 == 2) c.top_p = 0.5f;
    if (i >= 8) c.logits[5] = std::nanf(""), c.logits[6] = -kInfinity;
    if (i >= 16) c.logits[2000] = c.logits[100] = kInfinity;
    cases.push_back(c);
  }
  SampleCase nothing;
  nothing.logits.assign(kVocab, -kInfinity);
  nothing.logits[7] = std::nanf("");
  cases.push_back(nothing);
  SampleCase forbidden;
  forbidden.logits = random_logits(kVocab, 1.0, 5);
  forbidden.allowed.assign(kVocab, false);
  forbidden.temperature = 1.0f;
  cases.push_back(forbidden);
  check_cases("equal, infinite and impossible logits", cases);
}

}  // namespace

void check_sample() {
  for (const std::size_t vocab : {1u, 7u, 1000u, 32000u, 200064u}) {
    check_draws(vocab, 1.0);
    check_draws(vocab, 6.0);
  }
  check_adjustments(1003);
  check_adjustments(200064);
  check_strange();
}

}  // namespace arges::testing
