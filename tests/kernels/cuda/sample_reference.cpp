// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/sample_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace arges::testing {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

double unit(std::uint64_t seed, std::uint64_t draws) {
  constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15u;
  return static_cast<double>(mix(mix(seed + kGamma) + (draws + 1) * kGamma) >> 11) * 0x1p-53;
}

std::vector<float> adjusted(const SampleCase& c) {
  std::vector<float> logits = c.logits;
  for (std::size_t i = 0; i < c.allowed.size(); ++i) {
    if (!c.allowed[i]) logits[i] = kNever;
  }
  for (const auto& [id, bias] : c.bias) logits[static_cast<std::size_t>(id)] += bias;
  for (std::size_t i = 0; i < c.counts.size(); ++i) {
    if (c.counts[i] == 0) continue;
    logits[i] = logits[i] > 0.0f ? logits[i] / c.repetition : logits[i] * c.repetition;
    if (c.counts[i] == 1) continue;
    logits[i] -= c.presence + c.frequency * static_cast<float>(c.counts[i] - 1);
  }
  return logits;
}

// Likeliest first, of equal ones the lower id.
std::vector<int> order_of(const std::vector<float>& logits) {
  std::vector<int> ids;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] > kNever) ids.push_back(static_cast<int>(i));
  }
  std::ranges::stable_sort(ids, [&](int a, int b) {
    return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
  });
  return ids;
}

// The running sums of the weights of what top-k, top-p and min-p keep; the margin of top-p's end.
std::vector<double> kept_sums(const SampleCase& c, const std::vector<double>& weights,
                              double& margin) {
  std::vector<double> sums;
  const std::size_t most =
      c.top_k == 0 ? weights.size() : std::min(weights.size(), static_cast<std::size_t>(c.top_k));
  double sum = 0.0;
  for (std::size_t i = 0; i < most; ++i) sums.push_back(sum += weights[i]);
  if (c.top_p < 1.0f) {
    const double wanted = double{c.top_p} * sum;
    const auto end = std::ranges::lower_bound(sums, wanted);
    margin = std::min(margin, (*end - wanted) / sum);
    if (end != sums.begin()) margin = std::min(margin, (wanted - *(end - 1)) / sum);
    sums.erase(end + 1, sums.end());
  }
  while (sums.size() > 1 && weights[sums.size() - 1] < double{c.min_p}) {
    margin = std::min(margin, double{c.min_p} - weights[sums.size() - 1]);
    sums.pop_back();
  }
  return sums;
}

}  // namespace

double log_probability(const std::vector<float>& logits, int id) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const float logit : logits) largest = std::fmax(largest, double{logit});
  double sum = 0.0;
  for (const float logit : logits) {
    if (logit > kNever) sum += std::exp(double{logit} - largest);
  }
  return double{logits[static_cast<std::size_t>(id)]} - largest - std::log(sum);
}

SampleAnswer sample_reference(const SampleCase& c) {
  const std::vector<float> logits = adjusted(c);
  const std::vector<int> order = order_of(logits);
  SampleAnswer answer;
  if (order.empty()) return answer;
  const float largest = logits[static_cast<std::size_t>(order[0])];
  std::size_t drawn = 0;
  if (c.temperature > 0.0f) {
    std::vector<double> weights;
    for (const int id : order) {
      const float logit = logits[static_cast<std::size_t>(id)];
      const double distance = double{logit} - double{largest};
      weights.push_back(logit == largest ? 1.0 : std::exp(distance / double{c.temperature}));
    }
    const std::vector<double> sums = kept_sums(c, weights, answer.margin);
    const double target = unit(c.seed, c.draws) * sums.back();
    while (drawn + 1 < sums.size() && sums[drawn] <= target) ++drawn;
    answer.margin = std::min(answer.margin, (sums[drawn] - target) / sums.back());
    if (drawn > 0)
      answer.margin = std::min(answer.margin, (target - sums[drawn - 1]) / sums.back());
  }
  answer.id = order[drawn];
  answer.log_probability = log_probability(c.logits, answer.id);
  return answer;
}

}  // namespace arges::testing
