// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "language/sampling/sampler.h"
#include "language/text/token.h"

namespace arges::sdk {

// How one answer is generated.
struct GenerateOptions {
  std::int64_t max_tokens = 256;  // >= 1; the answer ends with kLength when reached
  language::SamplingOptions sampling;
  std::vector<std::string> stop_strings;       // not part of the answer; at most 16, not empty
  std::vector<language::TokenId> stop_tokens;  // in addition to the model's own
  std::chrono::milliseconds deadline{0};       // from submission; 0 = none
  // The last message is the assistant's and the answer goes on from its text, as one turn.
  bool continue_last = false;
  // Of the prompt among others that wait to be absorbed, in [-100, 100], higher first; see
  // plan_turn.
  int priority = 0;
};

}  // namespace arges::sdk
