// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/prompt.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/message.h"

namespace arges::sdk {

// A request's prompt before its pictures are encoded.
struct PromptDraft {
  language::PromptTokens tokens;
  std::vector<MessageImage> images;  // one for each of tokens.images
  std::int64_t carried = 0;          // leading ids that the conversation already counts
  std::int64_t repeated = 0;         // of these, ids of turns that are absorbed once more
  std::int64_t absorbed = 0;         // leading ids that the sequence to go on from has
  std::size_t carried_images = 0;    // pictures in the carried ids
  std::vector<std::int64_t> cuts;    // where messages end, ascending
  std::optional<language::PromptEncoding> message;  // under way
  bool answer_begun = false;  // what follows is the answer's own turn, which has no end yet
};

// What a request asks for behind its messages.
enum class PromptEnd {
  kNothing,   // they are added to the conversation
  kAnswer,    // an answer to them
  kContinued  // an answer that goes on from the last message's text
};

// Where its messages and its pictures end: ModelInput::cuts.
std::vector<std::int64_t> cuts_of(const PromptDraft& draft);
// What of a complete draft the conversation gains: its ids from the repeated ones on, up to
// `border`, and the rest for a tail. Precondition: no picture lies behind the border.
Passage passage_of(const PromptDraft& draft, std::span<const std::int64_t> cuts,
                   std::int64_t border);

// Writes a conversation's next prompt, piece by piece, as its model family prescribes: begin, each
// message slice by slice, and for an answer finish, behind which may stand how it begins.
class PromptBuilder {
 public:
  explicit PromptBuilder(const language::PromptFamily& family) : family_(family) {}

  // A conversation's first prompt starts with the family's begin(), a later one with what its
  // sequence has not absorbed: the turns from `absorbed` on, and the tail.
  Status begin(const Conversation* past, std::size_t absorbed, PromptDraft& draft) const;
  // image_tokens: placeholder count of each picture of the request, in order. Fails as
  // PromptFamily::begin_message. Precondition: no message is under way.
  Status begin_message(const Message& message, std::span<const std::int64_t> image_tokens,
                       PromptDraft& draft) const;
  // Goes on with the message under way; it is not any more when it is complete. Fails as
  // PromptEncoding::encode_slice.
  static Status add_slice(const StopCheck& stop, PromptDraft& draft);
  // The header after which the model answers.
  Status finish(PromptDraft& draft) const;
  // Begins with the text of `message` as the model's own first words, to go on with add_slice.
  static void begin_answer(const Message& message, const language::Tokenizer& tokenizer,
                           PromptDraft& draft);

 private:
  const language::PromptFamily& family_;
};

}  // namespace arges::sdk
