// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/base/status.h"
#include "language/state/sequence_pool.h"

namespace arges::language {

// What a decoder remembers of one sequence: a slot, pages, a length (architecture.md §2.3, end). A
// fork shares both; what a sequence writes next it first has for itself alone. The state is not
// even copied: a step reads it from the shared slot and writes it to a new one. One thread at a
// time; forks of one another may be used by different threads.
class Sequence {
 public:
  // An empty one; needs no memory of the pool yet.
  explicit Sequence(std::shared_ptr<SequencePool> pool) : pool_(std::move(pool)) {}

  Sequence(Sequence&&) = default;
  Sequence& operator=(Sequence&&) = default;

  // An independent sequence with the same past.
  Sequence fork() const;

  // Tokens absorbed so far: the position of the next one.
  std::int64_t length() const { return length_; }

  // Makes room for `tokens` more and makes what they are written to its own. OUT_OF_MEMORY_*: the
  // sequence is as before, but for room that it has got.
  Status reserve(std::int64_t tokens);

  // Counts `tokens` as absorbed, after a step has written them. Precondition: reserved.
  void advance(std::int64_t tokens);

  // For the step's tables. Where the state is read, < 0 before the first token; where it goes, once
  // reserved.
  std::int32_t read_slot() const { return state_.empty() ? -1 : state_.block(); }
  std::int32_t write_slot() const {
    return next_state_.empty() ? state_.block() : next_state_.block();
  }
  const std::vector<BlockRef>& pages() const { return pages_; }

  SequencePool& pool() const { return *pool_; }

 private:
  Sequence(const Sequence&) = default;

  Status own_state();
  Status own_open_page();

  std::shared_ptr<SequencePool> pool_;
  BlockRef state_;       // of all tokens so far
  BlockRef next_state_;  // where the next step puts it, when that is elsewhere
  std::vector<BlockRef> pages_;
  std::int64_t length_ = 0;
};

}  // namespace arges::language
