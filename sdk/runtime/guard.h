// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <utility>

#include "kernels/base/status.h"

namespace arges::sdk {

// Runs work() -> Status and turns whatever it throws into a Status, so that nothing leaves a task.
// The two messages fit a std::string without an allocation, for there may be no memory for one.
template <typename Work>
Status guarded(Work&& work) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::bad_alloc&) {
    return {StatusCode::kOutOfMemoryHost, "out of memory"};
  } catch (...) {
    return {StatusCode::kInternal, "internal error"};
  }
}

}  // namespace arges::sdk
