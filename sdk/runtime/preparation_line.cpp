// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/preparation_line.h"

#include <algorithm>

namespace arges::sdk {

void PreparationLine::add(Entry entry) noexcept {
  std::lock_guard lock(mutex_);
  waiting_.splice(waiting_.end(), entry);
}

PreparationLine::Entry PreparationLine::take() noexcept {
  Entry first;
  std::lock_guard lock(mutex_);
  if (!waiting_.empty()) first.splice(first.end(), waiting_, waiting_.begin());
  return first;
}

PreparationLine::Entry PreparationLine::remove(const Preparation& preparation) noexcept {
  Entry removed;
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const auto& one) { return one.get() == &preparation; });
  if (found != waiting_.end()) removed.splice(removed.end(), waiting_, found);
  return removed;
}

}  // namespace arges::sdk
