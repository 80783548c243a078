// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/reader_turns.h"

#include <algorithm>
#include <functional>
#include <span>

namespace arges::sdk {
namespace {

// Those of one queue together, in the order in which they began to wait.
bool goes_before(const Generation* a, const Generation* b) {
  if (a->queue() != b->queue()) return std::less<>()(a->queue(), b->queue());
  return a->waiting_since() < b->waiting_since();
}

// Of one queue. More than it has room for is not even offered.
void hand_over(std::span<Generation* const> writers) {
  EventQueue& queue = *writers.front()->queue();
  const std::size_t room = queue.room();
  EventQueue::Slots pieces;
  for (Generation* writer : writers) {
    if (pieces.size() < room) writer->offer(pieces);
  }
  std::size_t taken = queue.try_push(pieces);
  for (Generation* writer : writers) writer->settle(taken, pieces);
}

}  // namespace

void ReaderTurns::run(const std::list<std::shared_ptr<Generation>>& active) {
  waiting_.clear();
  for (const auto& generation : active) {
    if (generation->has_news()) waiting_.push_back(generation.get());
  }
  std::sort(waiting_.begin(), waiting_.end(), goes_before);
  for (auto first = waiting_.begin(); first != waiting_.end();) {
    const auto end = std::find_if(first, waiting_.end(), [queue = (*first)->queue()](auto* other) {
      return other->queue() != queue;
    });
    hand_over({first, end});
    first = end;
  }
}

}  // namespace arges::sdk
