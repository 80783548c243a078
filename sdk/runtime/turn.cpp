// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/turn.h"

#include <iterator>

#include "sdk/async/guard.h"

namespace arges::sdk {

void plan_turn(std::list<std::shared_ptr<Generation>>& active, const TurnLimits& limits,
               Turn& turn) {
  turn.clear();
  std::int64_t prompt_tokens = 0;
  std::list<std::shared_ptr<Generation>> served;
  for (auto next = active.begin(); next != active.end();) {
    const auto entry = next++;
    Generation& generation = **entry;
    if (!generation.runnable()) continue;
    const StepItem item = generation.step_item(limits.prefill_chunk);
    if (generation.in_prefill()) {
      if (prompt_tokens > 0 && prompt_tokens + item.count > limits.prompt_tokens) continue;
      prompt_tokens += item.count;
      served.splice(served.end(), active, entry);
    }
    turn.items.push_back(item);
    turn.generations.push_back(&generation);
  }
  active.splice(active.end(), served);
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
