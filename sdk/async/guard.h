// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <system_error>
#include <utility>

#include "kernels/base/status.h"

namespace arges::sdk {

// What to say of a thread, lock or descriptor that the system refused.
inline Status refused_by_system() noexcept {
  try {
    return {StatusCode::kIo,
            "the system refused a thread or a file descriptor; raise the process's limits "
            "(ulimit -u, -n, -v) or close others, and try again"};
  } catch (...) {
    return {StatusCode::kOutOfMemoryHost, "out of memory"};
  }
}

// Runs work() -> Status and turns whatever it throws into a Status, so that nothing leaves a task.
// Messages for want of memory fit a std::string without an allocation.
template <typename Work>
Status guarded(Work&& work) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::bad_alloc&) {
    return {StatusCode::kOutOfMemoryHost, "out of memory"};
  } catch (const std::system_error&) {
    return refused_by_system();
  } catch (...) {
    return {StatusCode::kInternal, "internal error"};
  }
}

}  // namespace arges::sdk
