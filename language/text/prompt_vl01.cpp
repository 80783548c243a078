// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_families.h"
#include "language/text/prompt_sentence.h"

namespace arges::language {
namespace {

// MiniMax-VL-01: Text-01's strings; a picture is its placeholders, in order with the text, without
// separators (architecture.md §5.6).
class Vl01Prompt final : public SentencePromptFamily {
 public:
  Vl01Prompt(PromptVocabulary vocabulary, TokenId beginning, TokenId end)
      : SentencePromptFamily(std::move(vocabulary), beginning, end) {}

 protected:
  Status write_tool_answer(const PromptMessage& message, PromptWriter& writer) const override {
    return write_function_response(vocabulary(), message, writer);
  }
};

}  // namespace

PromptFamilyResult make_vl01_prompt(PromptVocabulary vocabulary) {
  ARGES_ASSIGN_OR_RETURN(const TokenId beginning, vocabulary.control(kBeginningOfSentence));
  ARGES_ASSIGN_OR_RETURN(const TokenId end, vocabulary.control(kEndOfSentence));
  return PromptFamilyResult(std::make_unique<Vl01Prompt>(std::move(vocabulary), beginning, end));
}

}  // namespace arges::language
