// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/sequence_checkpoint.h"

namespace arges::sdk {

SequenceCheckpoint::~SequenceCheckpoint() {
  const std::lock_guard lock(store_->mutex_);
  if (!node_.empty() || !sequence_) return;
  store_->by_use_.erase(place_);
  store_->bytes_ -= bytes_;
}

std::shared_ptr<const Sequence> SequenceCheckpoint::sequence() {
  const std::lock_guard lock(store_->mutex_);
  if (node_.empty() && sequence_) {
    store_->by_use_.splice(store_->by_use_.end(), store_->by_use_, place_);
  }
  return sequence_;
}

bool SequenceCheckpoint::is_kept() const {
  const std::lock_guard lock(store_->mutex_);
  return sequence_ != nullptr;
}

void CheckpointStore::add(SequenceCheckpoint& checkpoint) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (checkpoint.node_.empty()) return;
    by_use_.splice(by_use_.end(), checkpoint.node_);
    bytes_ += checkpoint.bytes_;
  }
  while (give_up_one() != nullptr) {
  }
}

// The sequence of the checkpoint longest unused, for the caller to free; null when the budget is
// kept.
std::shared_ptr<const Sequence> CheckpointStore::give_up_one() noexcept {
  const std::lock_guard lock(mutex_);
  if (bytes_ <= budget_) return nullptr;
  SequenceCheckpoint& oldest = *by_use_.front();
  by_use_.pop_front();
  bytes_ -= oldest.bytes_;
  return std::move(oldest.sequence_);
}

std::int64_t CheckpointStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace arges::sdk
