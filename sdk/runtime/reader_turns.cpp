// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/reader_turns.h"

#include <algorithm>
#include <functional>

namespace arges::sdk {
namespace {

// Those of one queue together, in the order in which they began to wait.
bool goes_before(const Generation* a, const Generation* b) {
  if (a->queue() != b->queue()) return std::less<>()(a->queue(), b->queue());
  return a->waiting_since() < b->waiting_since();
}

}  // namespace

void ReaderTurns::run(const std::list<std::shared_ptr<Generation>>& active) {
  waiting_.clear();
  for (const auto& generation : active) {
    if (generation->has_news()) waiting_.push_back(generation.get());
  }
  std::sort(waiting_.begin(), waiting_.end(), goes_before);
  const EventQueue* full = nullptr;
  for (Generation* generation : waiting_) {
    const EventQueue* queue = generation->queue();
    if (queue == full) {
      generation->skip_progress();
    } else if (!generation->hand_over()) {
      full = queue;
    }
  }
}

}  // namespace arges::sdk
