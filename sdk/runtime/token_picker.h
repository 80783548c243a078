// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "language/sampling/sampler.h"
#include "language/sampling/suppressed_tokens.h"
#include "language/text/token.h"
#include "sdk/runtime/generate_options.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// Chooses an answer's next token and knows which tokens end it. One thread at a time.
class TokenPicker {
 public:
  // `seen`: the ids of the conversation up to here, for the repetition penalty. `suppressed`: see
  // Sampler::create, whose failures these are.
  static Result<TokenPicker> create(const Model& model, const GenerateOptions& options,
                                    std::shared_ptr<const language::SuppressedTokens> suppressed,
                                    std::span<const language::TokenId> seen);

  // logits [vocab_size]; changes them and fails as Sampler::sample.
  Result<language::TokenId> pick(std::span<float> logits);
  // The model's own end of turn, or one of the request's stop tokens.
  bool is_stop(language::TokenId id) const;

 private:
  TokenPicker(language::Sampler sampler, std::vector<language::TokenId> stops)
      : sampler_(std::move(sampler)), stops_(std::move(stops)) {}

  language::Sampler sampler_;
  std::vector<language::TokenId> stops_;  // ascending
};

}  // namespace arges::sdk
