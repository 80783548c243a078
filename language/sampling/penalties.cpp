// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/penalties.h"

namespace arges::language {

bool have_penalties(const SamplingOptions& options) {
  return options.repetition_penalty != 1.0f || options.presence_penalty != 0.0f ||
         options.frequency_penalty != 0.0f;
}

void apply_penalties(const TokenCounts& counts, const SamplingOptions& options,
                     std::span<float> logits) {
  const float repetition = options.repetition_penalty;
  for (const auto& [id, count] : counts) {
    float& logit = logits[static_cast<std::size_t>(id)];
    logit = logit > 0.0f ? logit / repetition : logit * repetition;
    if (count == 0) continue;
    logit -= options.presence_penalty + options.frequency_penalty * static_cast<float>(count);
  }
}

}  // namespace arges::language
