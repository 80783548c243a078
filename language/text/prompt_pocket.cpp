// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_families.h"

namespace arges::language {
namespace {

struct PocketMarkup {
  TokenId system;
  TokenId user;
  TokenId assistant;
  TokenId end;
};

// The bundled model's own markup: <|role|> parts <|end|>, with nothing between messages.
class PocketPrompt final : public PromptFamily {
 public:
  PocketPrompt(PromptVocabulary vocabulary, PocketMarkup markup)
      : vocabulary_(std::move(vocabulary)), markup_(markup) {}

  Result<PromptTokens> begin() const override { return PromptTokens(); }
  Result<PromptEncoding> begin_message(const PromptMessage& message) const override;
  Result<PromptTokens> generation_prompt() const override {
    return PromptTokens{{markup_.assistant}, {}};
  }
  Result<PromptTokens> end_of_turn(bool stop_token_in_place) const override {
    if (stop_token_in_place) return PromptTokens();
    return PromptTokens{{markup_.end}, {}};
  }
  std::vector<TokenId> stop_tokens() const override { return {markup_.end}; }

 private:
  PromptVocabulary vocabulary_;
  PocketMarkup markup_;
};

Result<PromptEncoding> PocketPrompt::begin_message(const PromptMessage& message) const {
  if (message.role == Role::kTool) {
    return unsupported("The pocket model knows no tools; send the result as a user's message.");
  }
  PromptWriter writer = vocabulary_.writer();
  writer.control(message.role == Role::kSystem ? markup_.system
                 : message.role == Role::kUser ? markup_.user
                                               : markup_.assistant);
  ARGES_RETURN_IF_ERROR(vocabulary_.write_parts(message, writer));
  return writer.control(markup_.end).begin();
}

}  // namespace

PromptFamilyResult make_pocket_prompt(PromptVocabulary vocabulary) {
  PocketMarkup markup{};
  ARGES_ASSIGN_OR_RETURN(markup.system, vocabulary.control("<|system|>"));
  ARGES_ASSIGN_OR_RETURN(markup.user, vocabulary.control("<|user|>"));
  ARGES_ASSIGN_OR_RETURN(markup.assistant, vocabulary.control("<|assistant|>"));
  ARGES_ASSIGN_OR_RETURN(markup.end, vocabulary.control("<|end|>"));
  return PromptFamilyResult(std::make_unique<PocketPrompt>(std::move(vocabulary), markup));
}

}  // namespace arges::language
