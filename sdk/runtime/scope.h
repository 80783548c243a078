// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "sdk/runtime/feature_cache.h"
#include "sdk/runtime/prefix_index.h"

namespace arges::sdk {

// What sessions that trust each other share, and the last of them takes with it when it is closed:
// a session and its forks, or all sessions of one SessionOptions::scope. Nothing, not even how long
// something takes, tells one scope what another has read.
struct Scope {
  explicit Scope(std::shared_ptr<CheckpointStore> store) : features(std::move(store)) {}

  FeatureCache features;
  PrefixIndex prefixes;
};

}  // namespace arges::sdk
