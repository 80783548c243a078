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

std::vector<TurnEnd> lost_turn_ends(const Conversation& past, std::size_t absorbed,
                                    const CheckpointRules& rules) {
  std::vector<TurnEnd> ends;
  const std::size_t count = past.turns.size();
  std::int64_t at = 0;
  for (std::size_t turn = absorbed; turn < count; ++turn) {
    const std::int64_t tokens = std::ssize(past.turns[turn].passage->ids);
    at += tokens;
    if (at > 0 && turn + rules.turns > count) ends.push_back({turn, at, tokens, nullptr});
  }
  return ends;
}

namespace {

// So that it is found by all sessions of the scope.
void note(const PastTurn& turn, Scope& scope) {
  if (const auto& hasher = turn.passage->hasher) {
    scope.prefixes.note(hasher->digest(), turn.checkpoint);
  }
}

void keep_made_anew(std::vector<TurnEnd> ends, std::vector<PastTurn>& turns, Scope& scope) {
  for (TurnEnd& end : ends) {
    if (!end.checkpoint) continue;
    turns[end.turn].checkpoint = std::move(end.checkpoint);
    note(turns[end.turn], scope);
  }
}

}  // namespace

std::shared_ptr<const Conversation> with_turn(const Conversation* past, NewTurn turn,
                                              const CheckpointRules& rules, Scope& scope) {
  auto made = std::make_shared<Conversation>();
  if (past != nullptr) {
    made->turns.reserve(past->turns.size() + 1);
    made->turns.assign(past->turns.begin(), past->turns.end());
  }
  keep_made_anew(std::move(turn.made_anew), made->turns, scope);
  turn.passage.end = turn.sequence->length();
  made->turns.push_back(
      {std::make_shared<const Passage>(std::move(turn.passage)),
       std::make_shared<SequenceCheckpoint>(rules.store, turn.sequence, turn.bytes)});
  note(made->turns.back(), scope);
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
