// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_families.h"
#include "language/text/prompt_sentence.h"

namespace arges::language {
namespace {

// MiniMax-M1: Text-01's messages behind a document token, with its own form for tool answers
// (architecture.md §5.6). The published template joins all system texts into one block, so give
// one system message, before the others.
class M1Prompt final : public SentencePromptFamily {
 public:
  M1Prompt(PromptVocabulary vocabulary, TokenId document, TokenId beginning, TokenId end)
      : SentencePromptFamily(std::move(vocabulary), beginning, end), document_(document) {}

  Result<PromptTokens> begin() const override { return PromptTokens{{document_}, {}}; }

 protected:
  Status write_tool_answer(const PromptMessage& message, PromptWriter& writer) const override {
    writer.text("tool name=tools\ntool name: ").text(message.name).text("\ntool result: ");
    ARGES_RETURN_IF_ERROR(vocabulary().write_parts(message, writer));
    writer.text("\n\n");
    return {};
  }

 private:
  TokenId document_;
};

}  // namespace

PromptFamilyResult make_m1_prompt(PromptVocabulary vocabulary) {
  ARGES_ASSIGN_OR_RETURN(const TokenId document, vocabulary.control("<begin_of_document>"));
  ARGES_ASSIGN_OR_RETURN(const TokenId beginning, vocabulary.control(kBeginningOfSentence));
  ARGES_ASSIGN_OR_RETURN(const TokenId end, vocabulary.control(kEndOfSentence));
  return PromptFamilyResult(
      std::make_unique<M1Prompt>(std::move(vocabulary), document, beginning, end));
}

}  // namespace arges::language
