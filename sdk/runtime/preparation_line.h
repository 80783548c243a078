// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "sdk/runtime/preparation.h"

namespace arges::sdk {

// Preparations that wait for one of the preparer's threads, first come first served. A preparation
// keeps its list node from line to line, so moving it on takes no memory and cannot fail. Safe from
// any thread.
class PreparationLine {
 public:
  // One preparation, or none.
  using Entry = std::list<std::shared_ptr<Preparation>>;

  // Behind all others.
  void add(Entry entry) noexcept;
  // The first; empty when nobody waits.
  Entry take() noexcept;
  // That preparation, wherever it stands; empty when it is not in the line.
  Entry remove(const Preparation& preparation) noexcept;

 private:
  std::mutex mutex_;
  Entry waiting_;
};

}  // namespace arges::sdk
