// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "language/text/prompt.h"
#include "language/text/token.h"
#include "sdk/runtime/digest.h"
#include "sdk/runtime/message_image.h"
#include "sdk/runtime/model.h"
#include "sdk/runtime/scope.h"
#include "sdk/runtime/sequence_checkpoint.h"

namespace arges::sdk {

// What one request brought into a conversation: all that a model needs to absorb it once more, to
// the same bits. Never changes.
struct Passage {
  // Absorbed behind the passages before it: the request's prompt, from what they had left in their
  // tail to its last border.
  std::vector<language::TokenId> ids;
  std::vector<std::int64_t> cuts;             // of ids: see ModelInput
  std::vector<language::ImageSpan> pictures;  // runs of placeholders in ids
  std::vector<MessageImage> images;           // one for each
  // Tokens behind these that have not been absorbed: the assistant's turn, which was absorbed token
  // by token while it was made. The next prompt begins with them and absorbs them block by block,
  // as it would if somebody else had said them: so a conversation has the same bits however it
  // came about.
  std::vector<language::TokenId> tail;
  std::int64_t end = 0;  // tokens of the conversation up to the end of ids
  // Of the conversation up to there (see PrefixHash); none: it is neither looked for nor found.
  std::optional<Hasher> hasher;

  // Of the conversation up to the end of the tail.
  std::int64_t token_count() const { return end + static_cast<std::int64_t>(tail.size()); }
};

// A request and its answer.
struct PastTurn {
  std::shared_ptr<const Passage> passage;
  std::shared_ptr<SequenceCheckpoint>
      checkpoint;  // at the passage's end; null when the session keeps none
};

// Where a request takes a conversation up: the sequence of a turn, and how many turns that is; what
// comes behind must be absorbed again. No sequence and no turns: all must.
struct Resumption {
  std::shared_ptr<const Sequence> sequence;
  std::size_t turns = 0;
};

// What a session has committed; null before its first answer, so that an idle session costs no
// model memory. Never changes: a request works on a copy of the sequence, and a new conversation
// takes the old one's place when the request is done; so rolling back is leaving things as they
// are, exact to the bit, and who copies the old one needs no lock.
struct Conversation {
  std::vector<PastTurn> turns;  // at least one
  // At the end of the last turn's passage; null when it has to be absorbed again.
  std::shared_ptr<const Sequence> sequence;
  // The ids that occur in the conversation, ascending, but perhaps for the last tail's, which the
  // next prompt brings: the repetition penalty looks at all of them.
  std::vector<language::TokenId> seen;

  const Passage& last() const { return *turns.back().passage; }
  std::int64_t token_count() const { return last().token_count(); }
  // From the last turn on whose sequence is still there.
  Resumption resumption() const;
};

// Adds `ids` to `seen`, which stays ascending and without repeats.
void add_seen(std::span<const language::TokenId> ids, std::vector<language::TokenId>& seen);

// The first `turns` of a conversation's, at least one, in a conversation of their own.
std::shared_ptr<const Conversation> first_turns(const Conversation& past, std::size_t turns);

// Which checkpoints a session keeps: those of its newest turns, at least one, while the engine's
// account has room for them.
struct CheckpointRules {
  std::shared_ptr<CheckpointStore> store;
  std::size_t turns = 8;
};

// Where a turn ends that a request absorbs again, and can make its lost checkpoint anew.
struct TurnEnd {
  std::size_t turn = 0;
  std::int64_t at = 0;                             // tokens of the prompt up to there, > 0
  std::int64_t tokens = 0;                         // of the turn's passage
  std::shared_ptr<SequenceCheckpoint> checkpoint;  // once made
};

// Those of the turns from `absorbed` on of which a session with such rules still keeps checkpoints
// when one turn more has followed, ascending.
std::vector<TurnEnd> lost_turn_ends(const Conversation& past, std::size_t absorbed,
                                    const CheckpointRules& rules);

// A turn to come: its passage, and at that one's end the sequence.
struct NewTurn {
  Passage passage;
  std::shared_ptr<const Sequence> sequence;
  std::int64_t bytes = 0;               // SequenceCheckpoint's
  std::vector<language::TokenId> seen;  // Conversation's
  std::vector<TurnEnd> made_anew;       // of the past; those without a checkpoint got none
};

// `past`, which may be null, and one turn more. Its new checkpoints are found in the scope.
std::shared_ptr<const Conversation> with_turn(const Conversation* past, NewTurn turn,
                                              const CheckpointRules& rules, Scope& scope);

}  // namespace arges::sdk
