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

// Something that can be made again, at a cost, and is kept while there is room for it. Safe from
// any thread.
class CacheEntry {
 public:
  CacheEntry(std::shared_ptr<CheckpointStore> store, std::shared_ptr<const void> value,
             std::int64_t bytes)
      : store_(std::move(store)), bytes_(bytes), value_(std::move(value)) {}
  CacheEntry(const CacheEntry&) = delete;
  CacheEntry& operator=(const CacheEntry&) = delete;

  // Whether it has not been given up.
  bool is_kept() const;

 protected:
  ~CacheEntry();
  // Null when it has been given up. Counts as a use.
  std::shared_ptr<const void> use();

 private:
  friend class CheckpointStore;

  const std::shared_ptr<CheckpointStore> store_;
  const std::int64_t bytes_;
  // The store's mutex guards what follows.
  std::shared_ptr<const void> value_;
  std::list<CacheEntry*> node_{this};  // until it is part of the store's
  const std::list<CacheEntry*>::iterator place_ = node_.begin();
};

// A sequence as it was at some point of a conversation, so that going back there, or branching off,
// absorbs nothing again. Shared by all conversations with that past.
class SequenceCheckpoint : public CacheEntry {
 public:
  // `bytes`: what it takes beside the one before it, at most: pages that a later sequence shares
  // are counted too.
  SequenceCheckpoint(std::shared_ptr<CheckpointStore> store,
                     std::shared_ptr<const Sequence> sequence, std::int64_t bytes)
      : CacheEntry(std::move(store), std::move(sequence), bytes) {}

  // Null when it has been given up. Counts as a use.
  std::shared_ptr<const Sequence> sequence() {
    return std::static_pointer_cast<const Sequence>(use());
  }
};

// The account of what an engine keeps for later: checkpoints and pictures' features. A checkpoint
// comes there with the first turn that follows it in any conversation, and stays; a conversation
// that begins with it keeps its sequence all the same. When the account is over its budget, the
// entries that nobody has used for longest are given up. Safe from any thread.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::int64_t budget) : budget_(budget) {}
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;

  // Puts it on the account, if it is not there. One that alone is over the budget is given up, and
  // no other.
  void add(CacheEntry& entry) noexcept;
  // Of those on the account.
  std::int64_t bytes() const;

 private:
  friend class CacheEntry;

  std::shared_ptr<const void> give_up_one() noexcept;

  const std::int64_t budget_;
  mutable std::mutex mutex_;
  std::list<CacheEntry*> by_use_;  // with a value; longest unused first
  std::int64_t bytes_ = 0;
};

}  // namespace arges::sdk
