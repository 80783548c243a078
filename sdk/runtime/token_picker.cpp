// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/token_picker.h"

#include <algorithm>
#include <utility>

namespace arges::sdk {

Result<TokenPicker> TokenPicker::create(
    const Model& model, const GenerateOptions& options,
    std::shared_ptr<const language::SuppressedTokens> suppressed,
    std::span<const language::TokenId> seen) {
  const auto vocab_size = static_cast<language::TokenId>(model.vocab_size());
  ARGES_ASSIGN_OR_RETURN(
      auto sampler, language::Sampler::create(options.sampling, vocab_size, std::move(suppressed)));
  sampler.accept_prompt(seen);
  std::vector<language::TokenId> stops = model.prompts().stop_tokens();
  stops.insert(stops.end(), options.stop_tokens.begin(), options.stop_tokens.end());
  std::sort(stops.begin(), stops.end());
  return TokenPicker(std::move(sampler), std::move(stops));
}

Result<language::TokenId> TokenPicker::pick(std::span<float> logits) {
  ARGES_ASSIGN_OR_RETURN(const auto token, sampler_.sample(logits));
  sampler_.accept(token);
  return token;
}

bool TokenPicker::is_stop(language::TokenId id) const {
  return std::binary_search(stops_.begin(), stops_.end(), id);
}

}  // namespace arges::sdk
