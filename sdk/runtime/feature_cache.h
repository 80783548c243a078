// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "sdk/runtime/digest.h"
#include "sdk/runtime/image_encoding.h"
#include "sdk/runtime/sequence_checkpoint.h"

namespace arges::sdk {

// The features of pictures that have been encoded, so that a picture that is shown again costs
// nothing. They are on the checkpoints' account and given up with these. Safe from any thread.
class FeatureCache {
 public:
  using Features = std::shared_ptr<const ImageFeatures>;

  explicit FeatureCache(std::shared_ptr<CheckpointStore> store);
  ~FeatureCache();
  FeatureCache(const FeatureCache&) = delete;
  FeatureCache& operator=(const FeatureCache&) = delete;

  // Null when they are not there. Counts as a use.
  Features find(const Digest& picture);
  // Whether they are there, which is no use of them.
  bool holds(const Digest& picture) const;
  // Throws std::bad_alloc, nothing kept.
  void keep(const Digest& picture, Features features);

 private:
  class Entry;

  void forget_given_up();

  const std::shared_ptr<CheckpointStore> store_;
  mutable std::mutex mutex_;
  std::map<Digest, std::unique_ptr<Entry>> entries_;
  std::size_t forget_at_ = 64;  // entries, with which it looks for those that have been given up
};

}  // namespace arges::sdk
