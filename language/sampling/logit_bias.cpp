// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/logit_bias.h"

namespace arges::language {

void apply_logit_bias(std::span<const std::pair<TokenId, float>> biases, std::span<float> logits) {
  for (const auto& [id, bias] : biases) logits[static_cast<std::size_t>(id)] += bias;
}

}  // namespace arges::language
