// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <vector>

#include "sdk/runtime/generation.h"

namespace arges::sdk {

// Shares out the room in readers' queues. Many requests may write to one queue, and its reader may
// be slow: of those that have something for it, who has waited longest goes first, and nobody else
// does while that one finds no room. A queue is given all that it takes at once, so that its reader
// is woken once. The step thread's.
class ReaderTurns {
 public:
  // So that no turn needs memory. Throws std::bad_alloc.
  void reserve(std::size_t requests) { waiting_.reserve(requests); }
  // Hands over what the queues take of all of them, and ends those that have nothing left to say.
  // Precondition: reserved for so many requests.
  void run(const std::list<std::shared_ptr<Generation>>& active);

 private:
  std::vector<Generation*> waiting_;
};

}  // namespace arges::sdk
