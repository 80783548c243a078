// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "sdk/runtime/model.h"

namespace arges::sdk {

class CheckpointStore;

// A sequence as it was at some point of a conversation, kept while there is room for it, so that
// going back there, or branching off, absorbs nothing again. Shared by all conversations with that
// past. Safe from any thread.
class SequenceCheckpoint {
 public:
  // `bytes`: what it takes beside the one before it, at most: pages that a later sequence shares
  // are counted too.
  SequenceCheckpoint(std::shared_ptr<CheckpointStore> store,
                     std::shared_ptr<const Sequence> sequence, std::int64_t bytes)
      : store_(std::move(store)), bytes_(bytes), sequence_(std::move(sequence)) {}
  ~SequenceCheckpoint();
  SequenceCheckpoint(const SequenceCheckpoint&) = delete;
  SequenceCheckpoint& operator=(const SequenceCheckpoint&) = delete;

  // Null when it has been given up. Counts as a use.
  std::shared_ptr<const Sequence> sequence();
  // The same without being one.
  bool is_kept() const;

 private:
  friend class CheckpointStore;

  const std::shared_ptr<CheckpointStore> store_;
  const std::int64_t bytes_;
  // The store's mutex guards what follows.
  std::shared_ptr<const Sequence> sequence_;
  std::list<SequenceCheckpoint*> node_{this};  // until it is part of the store's
  const std::list<SequenceCheckpoint*>::iterator place_ = node_.begin();
};

// The account of an engine's checkpoints. One comes there with the first turn that follows it in
// any conversation, and stays; a conversation that begins with it keeps its sequence all the same.
// When the account is over its budget, the ones that nobody has used for longest are given up. Safe
// from any thread.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::int64_t budget) : budget_(budget) {}
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;

  // Puts it on the account, if it is not there.
  void add(SequenceCheckpoint& checkpoint) noexcept;
  // Of those on the account.
  std::int64_t bytes() const;

 private:
  friend class SequenceCheckpoint;

  std::shared_ptr<const Sequence> give_up_one() noexcept;

  const std::int64_t budget_;
  mutable std::mutex mutex_;
  std::list<SequenceCheckpoint*> by_use_;  // with a sequence; longest unused first
  std::int64_t bytes_ = 0;
};

}  // namespace arges::sdk
