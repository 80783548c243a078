// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

// Sampling as its header says, one row, sorted and summed in double precision.
namespace arges::testing {

struct SampleCase {
  std::vector<float> logits;
  float temperature = 0.0f;
  int top_k = 0;
  float top_p = 1.0f;
  float min_p = 0.0f;
  float repetition = 1.0f;
  float presence = 0.0f;
  float frequency = 0.0f;
  std::vector<std::uint32_t> counts;  // [vocab], or empty: no penalties
  std::vector<bool> allowed;          // [vocab], or empty: all
  std::vector<std::pair<int, float>> bias;
  std::uint64_t seed = 0;
  std::uint64_t draws = 0;
};

struct SampleAnswer {
  int id = -1;
  double log_probability = 0.0;  // of the logits as they came
  // How far u lies from the nearest weight at which another token would have been drawn, as a part
  // of all weights: below it, rounding decides.
  double margin = 1.0;
};

SampleAnswer sample_reference(const SampleCase& c);
// ln of the probability of `id` by the logits as they came.
double log_probability(const std::vector<float>& logits, int id);

}  // namespace arges::testing
