// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "language/text/token.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// What a session has committed; null before its first answer, so that an idle session costs no
// model memory. Never changes: a request works on a copy of the sequence, and a new conversation
// takes the old one's place when the request is done; so rolling back is leaving things as they
// are, exact to the bit, and who copies the old one needs no lock.
struct Conversation {
  std::unique_ptr<const Sequence> sequence;
  // Tokens of the conversation that the sequence has not absorbed: the assistant's last turn, which
  // was absorbed token by token while it was made. The next prompt begins with them and absorbs
  // them block by block, as it would if somebody else had said them: so a conversation has the same
  // bits however it came about.
  std::vector<language::TokenId> tail;
  // The ids that occur in the sequence, ascending: the repetition penalty looks at the whole
  // conversation.
  std::vector<language::TokenId> seen;

  std::int64_t token_count() const {
    return sequence->length() + static_cast<std::int64_t>(tail.size());
  }
};

// Adds `ids` to `seen`, which stays ascending and without repeats.
void add_seen(std::span<const language::TokenId> ids, std::vector<language::TokenId>& seen);

}  // namespace arges::sdk
