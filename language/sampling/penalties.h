// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>

#include "language/sampling/sampling_options.h"
#include "language/text/token.h"

namespace arges::language {

// How often each token was generated; tokens of the prompt alone are present with count 0.
using TokenCounts = std::unordered_map<TokenId, std::uint32_t>;

// Whether the options have a penalty that changes any logit.
bool have_penalties(const SamplingOptions& options);

// For every seen token, in this order: a logit l becomes l / r when l > 0, else l * r, with r the
// repetition penalty; then, when the token was generated n > 0 times, presence + n * frequency is
// subtracted. Precondition: 0 <= id < logits.size() for every counted id.
void apply_penalties(const TokenCounts& counts, const SamplingOptions& options,
                     std::span<float> logits);

}  // namespace arges::language
