// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "language/text/prompt.h"
#include "language/text/prompt_writer.h"

namespace arges::language {

// The markup that Text-01, VL-01 and M1 share: every message is
// <beginning_of_sentence> HEADER "\n" parts <end_of_sentence> "\n" (architecture.md §5.6).
class SentencePromptFamily : public PromptFamily {
 public:
  Result<PromptTokens> begin() const override { return PromptTokens(); }
  Result<PromptEncoding> begin_message(const PromptMessage& message) const override;
  Result<PromptTokens> generation_prompt() const override;
  Result<PromptTokens> end_of_turn(bool stop_token_in_place) const override;
  std::vector<TokenId> stop_tokens() const override { return {end_}; }

 protected:
  SentencePromptFamily(PromptVocabulary vocabulary, TokenId beginning, TokenId end)
      : vocabulary_(std::move(vocabulary)), beginning_(beginning), end_(end) {}

  // Header and body of a tool's answer, where the families differ.
  virtual Status write_tool_answer(const PromptMessage& message, PromptWriter& writer) const = 0;

  const PromptVocabulary& vocabulary() const { return vocabulary_; }

 private:
  PromptVocabulary vocabulary_;
  TokenId beginning_;
  TokenId end_;
};

inline constexpr std::string_view kBeginningOfSentence = "<beginning_of_sentence>";
inline constexpr std::string_view kEndOfSentence = "<end_of_sentence>";

// The tool answer of Text-01 and VL-01: system function_response=functions.
Status write_function_response(const PromptVocabulary& vocabulary, const PromptMessage& message,
                               PromptWriter& writer);

}  // namespace arges::language
