// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "language/sampling/penalties.h"
#include "language/sampling/random_stream.h"
#include "language/sampling/sampling_options.h"
#include "language/sampling/suppressed_tokens.h"
#include "language/sampling/truncation.h"
#include "language/text/token.h"

namespace arges::language {

// Chooses the tokens of one sequence. The steps, each in its own file, in this order:
// suppression, logit bias, penalties, temperature, top-k, top-p, min-p, draw. With temperature 0
// the largest logit after the penalties wins, of equal ones the lowest id.
//
// A value: a copy goes on by itself from the same state. One thread at a time.
class Sampler {
 public:
  // `suppressed` may be null. INVALID_ARGUMENT: see check_sampling_options(), or vocab_size < 1.
  static Result<Sampler> create(SamplingOptions options, TokenId vocab_size,
                                std::shared_ptr<const SuppressedTokens> suppressed = nullptr);

  // Picks a token; does not count it (see accept). `logits`: float32 [vocab_size], of the last
  // position; the steps before temperature change them in place. NaN and -infinity are never
  // picked; +infinity always is, when there is one. INVALID_ARGUMENT: another number of logits.
  // MODEL_INVALID: nothing is left to pick from.
  Result<TokenId> sample(std::span<float> logits);

  // Counts a generated token for the penalties. Ids outside the vocabulary are passed over.
  void accept(TokenId id);
  // Counts tokens of the prompt, for the repetition penalty alone.
  void accept_prompt(std::span<const TokenId> ids);

  const SamplingOptions& options() const { return options_; }

 private:
  Sampler(SamplingOptions options, TokenId vocab_size,
          std::shared_ptr<const SuppressedTokens> suppressed);
  void adjust(std::span<float> logits) const;
  void find_candidates(std::span<const float> logits, float largest);
  TokenId draw();

  SamplingOptions options_;
  TokenId vocab_size_;
  std::shared_ptr<const SuppressedTokens> suppressed_;
  RandomStream random_;
  TokenCounts counts_;                 // empty where no penalty asks for them
  std::vector<Candidate> candidates_;  // of the last token; kept for its memory
};

}  // namespace arges::language
