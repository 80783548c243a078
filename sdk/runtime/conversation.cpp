// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/conversation.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace arges::sdk {

void add_seen(std::span<const language::TokenId> ids, std::vector<language::TokenId>& seen) {
  const auto known = static_cast<std::ptrdiff_t>(seen.size());
  seen.insert(seen.end(), ids.begin(), ids.end());
  std::sort(seen.begin() + known, seen.end());
  std::inplace_merge(seen.begin(), seen.begin() + known, seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
}

Resumption Conversation::resumption() const {
  if (sequence) return {sequence, turns.size()};
  for (std::size_t count = turns.size(); count > 0; --count) {
    SequenceCheckpoint* checkpoint = turns[count - 1].checkpoint.get();
    if (checkpoint == nullptr) continue;
    if (auto kept = checkpoint->sequence()) return {std::move(kept), count};
  }
  return {};
}

std::shared_ptr<const Conversation> first_turns(const Conversation& past, std::size_t turns) {
  auto made = std::make_shared<Conversation>();
  made->turns.assign(past.turns.begin(), past.turns.begin() + static_cast<std::ptrdiff_t>(turns));
  std::vector<language::TokenId> ids;
  for (const PastTurn& turn : made->turns) {
    ids.insert(ids.end(), turn.passage->ids.begin(), turn.passage->ids.end());
  }
  add_seen(ids, made->seen);
  if (const auto& checkpoint = made->turns.back().checkpoint) {
    made->sequence = checkpoint->sequence();
  }
  return made;
}

std::shared_ptr<const Conversation> with_turn(const Conversation* past, NewTurn turn,
                                              const CheckpointRules& rules) {
  auto made = std::make_shared<Conversation>();
  if (past != nullptr) {
    made->turns.reserve(past->turns.size() + 1);
    made->turns.assign(past->turns.begin(), past->turns.end());
  }
  turn.passage.end = turn.sequence->length();
  made->turns.push_back(
      {std::make_shared<const Passage>(std::move(turn.passage)),
       std::make_shared<SequenceCheckpoint>(rules.store, turn.sequence, turn.bytes)});
  made->sequence = std::move(turn.sequence);
  made->seen = std::move(turn.seen);
  const std::size_t count = made->turns.size();
  if (count > rules.turns) made->turns[count - 1 - rules.turns].checkpoint.reset();
  if (count > 1 && made->turns[count - 2].checkpoint) {
    rules.store->add(*made->turns[count - 2].checkpoint);
  }
  return made;
}

}  // namespace arges::sdk
