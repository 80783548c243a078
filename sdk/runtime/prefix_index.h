// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "sdk/runtime/digest.h"
#include "sdk/runtime/sequence_checkpoint.h"

namespace arges::sdk {

// Finds checkpoints by the digest of the conversation that they stand for (prefix_hash.h), so that
// a request goes on from one whoever has made it. It keeps none alive: what a conversation forgets
// is not found any more. Safe from any thread.
class PrefixIndex {
 public:
  PrefixIndex() = default;
  PrefixIndex(const PrefixIndex&) = delete;
  PrefixIndex& operator=(const PrefixIndex&) = delete;

  // In the place of one of the same digest. Throws std::bad_alloc, nothing noted.
  void note(const Digest& prefix, std::weak_ptr<SequenceCheckpoint> checkpoint);
  // Null when there is none, or it has been given up.
  std::shared_ptr<SequenceCheckpoint> find(const Digest& prefix) const;

 private:
  void forget_gone();

  mutable std::mutex mutex_;
  std::map<Digest, std::weak_ptr<SequenceCheckpoint>> checkpoints_;
  std::size_t forget_at_ = 64;  // entries, with which it looks for those whose checkpoint is gone
};

}  // namespace arges::sdk
