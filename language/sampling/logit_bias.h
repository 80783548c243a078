// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <utility>

#include "language/text/token.h"

namespace arges::language {

// Adds each bias to its token's logit. A suppressed token (-infinity) stays suppressed.
// Precondition: 0 <= id < logits.size() for every entry.
void apply_logit_bias(std::span<const std::pair<TokenId, float>> biases, std::span<float> logits);

}  // namespace arges::language
