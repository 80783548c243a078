// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/feature_cache.h"

#include <algorithm>
#include <utility>

namespace arges::sdk {

class FeatureCache::Entry : public CacheEntry {
 public:
  Entry(std::shared_ptr<CheckpointStore> store, Features features)
      : CacheEntry(std::move(store), features, static_cast<std::int64_t>(features->data.size())) {}

  Features features() { return std::static_pointer_cast<const ImageFeatures>(use()); }
};

FeatureCache::FeatureCache(std::shared_ptr<CheckpointStore> store) : store_(std::move(store)) {}

FeatureCache::~FeatureCache() = default;

FeatureCache::Features FeatureCache::find(const Digest& picture) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(picture);
  return found == entries_.end() ? nullptr : found->second->features();
}

bool FeatureCache::holds(const Digest& picture) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(picture);
  return found != entries_.end() && found->second->is_kept();
}

void FeatureCache::keep(const Digest& picture, Features features) {
  auto entry = std::make_unique<Entry>(store_, std::move(features));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= forget_at_) forget_given_up();
  std::unique_ptr<Entry>& place = entries_[picture];
  place = std::move(entry);
  store_->add(*place);
}

// Seldom enough to cost nothing, often enough that entries do not pile up.
void FeatureCache::forget_given_up() {
  std::erase_if(entries_, [](const auto& entry) { return !entry.second->is_kept(); });
  forget_at_ = std::max<std::size_t>(64, 2 * entries_.size());
}

}  // namespace arges::sdk
