// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "language/sampling/logit_bias.h"

namespace arges::language {
namespace {

// Comparisons with NaN are false, so NaN is passed over like -infinity.
bool can_be_picked(float logit) {
  return logit > -std::numeric_limits<float>::infinity();
}

// -infinity when none can be picked. In lanes that do not wait for one another, so that compilers
// make vectors of them.
float largest_of(std::span<const float> logits) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> lanes;
  lanes.fill(-std::numeric_limits<float>::infinity());
  const auto keep_larger = [](float& lane, float logit) { lane = logit > lane ? logit : lane; };
  const float* next = logits.data();
  const float* const end = next + logits.size();
  for (; end - next >= std::ssize(lanes); next += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) keep_larger(lanes[i], next[i]);
  }
  for (; next != end; ++next) keep_larger(lanes[0], *next);
  return *std::max_element(lanes.begin(), lanes.end());
}

// How far a logit is below the largest, in the exponent of its weight. NaN for an infinite one that
// is the largest itself.
double exponent_of(const Candidate& candidate, float largest, float temperature) {
  const double distance = static_cast<double>(candidate.logit) - static_cast<double>(largest);
  return distance / static_cast<double>(temperature);
}

// Drops what keep_min_p would drop, but for what rounding might save: most candidates, which then
// need no exponential. Only where nothing else looks at their weights.
void drop_below_min_p(float min_p, float largest, float temperature,
                      std::vector<Candidate>& candidates) {
  constexpr double kSlack = 1e-9;
  const double floor = std::log(static_cast<double>(min_p)) - kSlack;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return exponent_of(candidate, largest, temperature) < floor;
  });
}

// Softmax weights exp((l - max) / t) in double precision, not normalised. Candidates equal to the
// largest get 1, so that an infinite one takes everything.
void weigh(float largest, float temperature, std::vector<Candidate>& candidates) {
  for (Candidate& candidate : candidates) {
    if (candidate.logit == largest) continue;
    candidate.weight = std::exp(exponent_of(candidate, largest, temperature));
  }
}

}  // namespace

Sampler::Sampler(SamplingOptions options, TokenId vocab_size,
                 std::shared_ptr<const SuppressedTokens> suppressed)
    : options_(std::move(options)),
      vocab_size_(vocab_size),
      suppressed_(std::move(suppressed)),
      random_(options_.seed) {}

Result<Sampler> Sampler::create(SamplingOptions options, TokenId vocab_size,
                                std::shared_ptr<const SuppressedTokens> suppressed) {
  if (vocab_size < 1) return invalid_argument("The vocabulary must have at least one token.");
  ARGES_RETURN_IF_ERROR(check_sampling_options(options, vocab_size));
  return Sampler(std::move(options), vocab_size, std::move(suppressed));
}

void Sampler::adjust(std::span<float> logits) const {
  if (suppressed_) suppressed_->apply(logits);
  apply_logit_bias(options_.logit_bias, logits);
  apply_penalties(counts_, options_, logits);
}

// Those that are left to draw from, weighed. Precondition: `largest` is that of the logits.
void Sampler::find_candidates(std::span<const float> logits, float largest) {
  candidates_.clear();
  candidates_.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (can_be_picked(logits[i])) candidates_.push_back({static_cast<TokenId>(i), logits[i], 1.0});
  }
  keep_top_k(options_.top_k, candidates_);
  if (options_.min_p > 0.0f && options_.top_p >= 1.0f) {
    drop_below_min_p(options_.min_p, largest, options_.temperature, candidates_);
  }
  weigh(largest, options_.temperature, candidates_);
  keep_top_p(options_.top_p, candidates_);
  keep_min_p(options_.min_p, candidates_);
}

TokenId Sampler::draw() {
  double sum = 0.0;
  for (const Candidate& candidate : candidates_) sum += candidate.weight;
  double left = random_.next_unit() * sum;
  TokenId last = candidates_.front().id;
  for (const Candidate& candidate : candidates_) {
    if (candidate.weight == 0.0) continue;
    last = candidate.id;
    left -= candidate.weight;
    if (left < 0.0) break;
  }
  return last;
}

Result<TokenId> Sampler::sample(std::span<float> logits) {
  if (logits.size() != static_cast<std::size_t>(vocab_size_)) {
    return invalid_argument("The sampler needs " + std::to_string(vocab_size_) + " logits, not " +
                            std::to_string(logits.size()) + ".");
  }
  adjust(logits);
  const float largest = largest_of(logits);
  if (!can_be_picked(largest)) {
    return model_invalid(
        "The model gave no usable logit (all are NaN or suppressed); its weights may be damaged.");
  }
  if (options_.temperature == 0.0f) {
    return static_cast<TokenId>(std::find(logits.begin(), logits.end(), largest) - logits.begin());
  }
  find_candidates(logits, largest);
  return draw();
}

void Sampler::accept(TokenId id) {
  if (have_penalties(options_) && id >= 0 && id < vocab_size_) ++counts_[id];
}

void Sampler::accept_prompt(std::span<const TokenId> ids) {
  if (!have_penalties(options_)) return;
  for (const TokenId id : ids) {
    if (id >= 0 && id < vocab_size_) counts_.try_emplace(id, 0);
  }
}

}  // namespace arges::language
