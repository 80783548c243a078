// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/turn.h"

#include <iterator>

#include "sdk/async/guard.h"

namespace arges::sdk {

namespace {

using Requests = std::list<std::shared_ptr<Generation>>;

// In prefill, of `share` requests there. At most share - 1 are due before one that becomes so, and
// each of them takes a turn, behind which it is not.
bool goes_before(const Generation& a, const Generation& b, std::int64_t share) {
  const bool a_is_due = a.turns_waited() >= share;
  const bool b_is_due = b.turns_waited() >= share;
  if (a_is_due != b_is_due) return a_is_due;
  if (!a_is_due && a.priority() != b.priority()) return a.priority() > b.priority();
  return a.turns_waited() > b.turns_waited();
}

void add_item(const StepItem& item, Generation& generation, Turn& turn) {
  turn.items.push_back(item);
  turn.generations.push_back(&generation);
}

// Those in decode; moves those in prefill to a list of their own.
Requests add_decoding(Requests& active, std::int64_t prefill_chunk, Turn& turn) {
  Requests prefilling;
  for (auto next = active.begin(); next != active.end();) {
    const auto entry = next++;
    Generation& generation = **entry;
    if (!generation.runnable()) continue;
    if (generation.in_prefill()) {
      prefilling.splice(prefilling.end(), active, entry);
    } else {
      add_item(generation.step_item(prefill_chunk), generation, turn);
    }
  }
  return prefilling;
}

}  // namespace

void plan_turn(Requests& active, const TurnLimits& limits, Turn& turn) {
  turn.clear();
  Requests prefilling = add_decoding(active, limits.prefill_chunk, turn);
  const std::int64_t share = std::ssize(prefilling);
  prefilling.sort([share](const auto& a, const auto& b) { return goes_before(*a, *b, share); });
  std::int64_t prompt_tokens = 0;
  for (const auto& generation : prefilling) {
    const StepItem item = generation->step_item(limits.prefill_chunk);
    const bool has_room = prompt_tokens == 0 || prompt_tokens + item.count <= limits.prompt_tokens;
    generation->note_turn(has_room);
    if (!has_room) continue;
    prompt_tokens += item.count;
    add_item(item, *generation, turn);
  }
  active.splice(active.end(), prefilling);
}

void reserve_memory(Turn& turn, std::uint64_t now) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < turn.items.size(); ++i) {
    const StepItem item = turn.items[i];
    const Status status = guarded([&] { return item.sequence->reserve(item.count); });
    if (!status.ok()) {
      turn.generations[i]->after_step(item, status, now);
      continue;
    }
    turn.items[kept] = item;
    turn.generations[kept++] = turn.generations[i];
  }
  turn.items.resize(kept);
  turn.generations.resize(kept);
}

void choose_tokens(const Turn& turn, Model& model) {
  model.for_each(std::ssize(turn.items), [&turn](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    if (float* logits = turn.items[at].logits) turn.generations[at]->choose(logits);
  });
}

}  // namespace arges::sdk
