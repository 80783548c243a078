// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prefix_index.h"

#include <algorithm>
#include <utility>

namespace arges::sdk {

void PrefixIndex::note(const Digest& prefix, std::weak_ptr<SequenceCheckpoint> checkpoint) {
  const std::lock_guard lock(mutex_);
  if (checkpoints_.size() >= forget_at_) forget_gone();
  checkpoints_[prefix] = std::move(checkpoint);
}

std::shared_ptr<SequenceCheckpoint> PrefixIndex::find(const Digest& prefix) const {
  const std::lock_guard lock(mutex_);
  const auto found = checkpoints_.find(prefix);
  if (found == checkpoints_.end()) return nullptr;
  auto checkpoint = found->second.lock();
  return checkpoint && checkpoint->is_kept() ? checkpoint : nullptr;
}

// Seldom enough to cost nothing, often enough that entries do not pile up.
void PrefixIndex::forget_gone() {
  std::erase_if(checkpoints_, [](const auto& entry) { return entry.second.expired(); });
  forget_at_ = std::max<std::size_t>(64, 2 * checkpoints_.size());
}

}  // namespace arges::sdk
