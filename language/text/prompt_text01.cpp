// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_families.h"
#include "language/text/prompt_sentence.h"

namespace arges::language {
namespace {

// MiniMax-Text-01: text only, no document token (architecture.md §5.6).
class Text01Prompt final : public SentencePromptFamily {
 public:
  Text01Prompt(PromptVocabulary vocabulary, TokenId beginning, TokenId end)
      : SentencePromptFamily(std::move(vocabulary), beginning, end) {}

 protected:
  Status write_tool_answer(const PromptMessage& message, PromptWriter& writer) const override {
    return write_function_response(vocabulary(), message, writer);
  }
};

}  // namespace

PromptFamilyResult make_text01_prompt(PromptVocabulary vocabulary) {
  ARGES_ASSIGN_OR_RETURN(const TokenId beginning, vocabulary.control(kBeginningOfSentence));
  ARGES_ASSIGN_OR_RETURN(const TokenId end, vocabulary.control(kEndOfSentence));
  return PromptFamilyResult(std::make_unique<Text01Prompt>(std::move(vocabulary), beginning, end));
}

}  // namespace arges::language
