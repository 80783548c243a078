// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/token.h"

namespace arges::language {

// How the next token is chosen. The defaults are greedy.
struct SamplingOptions {
  float temperature = 0.0f;         // 0..100; 0 takes the largest logit
  int top_k = 0;                    // >= 0; keep the k likeliest tokens; 0: all
  float top_p = 1.0f;               // > 0, <= 1; keep the likeliest tokens that reach this sum
  float min_p = 0.0f;               // 0..1; keep tokens this likely compared with the likeliest
  float repetition_penalty = 1.0f;  // > 0, <= 100; divides or multiplies logits of seen tokens
  float presence_penalty = 0.0f;    // -100..100; subtracted once from generated tokens
  float frequency_penalty = 0.0f;   // -100..100; subtracted once per time generated
  std::vector<std::pair<TokenId, float>> logit_bias;  // each id once, -1000..1000, <= 4096 entries
  std::uint64_t seed = 0;  // the same seed, options and logits give the same tokens
};

// INVALID_ARGUMENT names the option that is out of its range, NaN included, or a biased id that is
// not below `vocab_size`.
Status check_sampling_options(const SamplingOptions& options, TokenId vocab_size);

}  // namespace arges::language
