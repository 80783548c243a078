// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/prompt.h"
#include "sdk/runtime/message.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// A request's prompt before its pictures are encoded.
struct PromptDraft {
  ModelInput input;                        // pictures in order, their features still null
  std::vector<language::ImageSpan> spans;  // one for each picture
  std::vector<MessageImage> images;        // one for each picture
  std::int64_t carried = 0;                // leading ids that the conversation already counts
};

// What a request asks for behind its messages.
enum class PromptEnd {
  kNothing,   // they are added to the conversation
  kAnswer,    // an answer to them
  kContinued  // an answer that goes on from the last message's text
};

// Writes a conversation's next prompt, piece by piece, as its model family prescribes: begin, each
// message, and for an answer finish, behind which may stand how it begins.
class PromptBuilder {
 public:
  explicit PromptBuilder(const language::PromptFamily& family) : family_(family) {}

  // A conversation's first prompt starts with the family's begin(), a later one with its tail.
  Status begin(bool first, std::span<const language::TokenId> tail, PromptDraft& draft) const;
  // image_tokens: placeholder count of each picture of the request, in order. Fails as
  // PromptFamily::message.
  Status add(const Message& message, std::span<const std::int64_t> image_tokens,
             const StopCheck& stop, PromptDraft& draft) const;
  // The header after which the model answers.
  Status finish(PromptDraft& draft) const;
  // The text of `message` as the model's own first words. Fails as Tokenizer::encode.
  static Status begin_answer(const Message& message, const language::Tokenizer& tokenizer,
                             const StopCheck& stop, PromptDraft& draft);

 private:
  const language::PromptFamily& family_;
};

}  // namespace arges::sdk
