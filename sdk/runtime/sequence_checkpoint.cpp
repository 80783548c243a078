// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/sequence_checkpoint.h"

namespace arges::sdk {

CacheEntry::~CacheEntry() {
  const std::lock_guard lock(store_->mutex_);
  if (!node_.empty() || !value_) return;
  store_->by_use_.erase(place_);
  store_->bytes_ -= bytes_;
}

std::shared_ptr<const void> CacheEntry::use() {
  const std::lock_guard lock(store_->mutex_);
  if (node_.empty() && value_) {
    store_->by_use_.splice(store_->by_use_.end(), store_->by_use_, place_);
  }
  return value_;
}

bool CacheEntry::is_kept() const {
  const std::lock_guard lock(store_->mutex_);
  return value_ != nullptr;
}

void CheckpointStore::add(CacheEntry& entry) noexcept {
  std::shared_ptr<const void> too_large;  // freed behind the lock
  {
    const std::lock_guard lock(mutex_);
    if (entry.node_.empty()) return;
    if (entry.bytes_ > budget_) {
      too_large = std::move(entry.value_);
      return;
    }
    by_use_.splice(by_use_.end(), entry.node_);
    bytes_ += entry.bytes_;
  }
  while (give_up_one() != nullptr) {
  }
}

// The value of the entry longest unused, for the caller to free; null when the budget is kept.
std::shared_ptr<const void> CheckpointStore::give_up_one() noexcept {
  const std::lock_guard lock(mutex_);
  if (bytes_ <= budget_) return nullptr;
  CacheEntry& oldest = *by_use_.front();
  by_use_.pop_front();
  bytes_ -= oldest.bytes_;
  return std::move(oldest.value_);
}

std::int64_t CheckpointStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace arges::sdk
