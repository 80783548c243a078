// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "language/text/prompt.h"
#include "sdk/fakes/byte_tokenizer.h"

namespace arges::sdk {

// A prompt family with every piece that a real one may have, each visible in the ids:
//
//   <begin> { <role> text and <image>s <end> \n } <assistant> answer <end> \n …
class BytePrompts : public language::PromptFamily {
 public:
  // The tokenizer must outlive the object.
  explicit BytePrompts(const ByteTokenizer& tokenizer) : tokenizer_(tokenizer) {}

  Result<language::PromptTokens> begin() const override;
  Result<language::PromptEncoding> begin_message(
      const language::PromptMessage& message) const override;
  Result<language::PromptTokens> generation_prompt() const override;
  Result<language::PromptTokens> end_of_turn(bool stop_token_in_place) const override;
  std::vector<language::TokenId> stop_tokens() const override { return {ByteTokenizer::kEnd}; }

 private:
  const ByteTokenizer& tokenizer_;
};

}  // namespace arges::sdk
