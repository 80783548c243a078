// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "sdk/runtime/generation.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// One ragged batch: item i is generations[i]'s part.
struct Turn {
  std::vector<StepItem> items;
  std::vector<Generation*> generations;

  void clear() {
    items.clear();
    generations.clear();
  }
};

// How a step is shared out.
struct TurnLimits {
  std::int64_t prefill_chunk = 256;  // prompt tokens of one request in one step, in whole blocks
  std::int64_t prompt_tokens = 512;  // of all requests in one step; one chunk always fits
};

// Fills `turn` from all runnable requests. Every request in decode brings its token. Requests in
// prefill bring a whole chunk each while prompt_tokens last, higher priorities first, and of equals
// who has waited longest. But who was passed over as many turns as there are requests in prefill
// goes before all others: so none waits for twice that many, whatever the priorities. A long prompt
// delays an answer by one bounded step. Precondition: turn's vectors have room for all.
void plan_turn(std::list<std::shared_ptr<Generation>>& active, const TurnLimits& limits,
               Turn& turn);

// Sets aside the memory that each sequence of the turn will grow by. A request whose sequence gets
// none ends there and leaves the turn; the others go on. `now`: see Generation::after_step.
void reserve_memory(Turn& turn, std::uint64_t now);

// Behind a step: has each answer of the turn that asked for logits choose its next token, shared
// out among the threads that compute. Each chooses by itself, so none depends on its company.
void choose_tokens(const Turn& turn, Model& model);

}  // namespace arges::sdk
