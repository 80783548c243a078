// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace arges::bindings {

// A caller's timeout: negative stays without limit, and what is longer than some thirty years
// becomes that, so that a clock can be added to it.
inline std::chrono::milliseconds wait_time(std::int64_t timeout_ms) {
  constexpr std::int64_t kLongest = 1'000'000'000'000;
  return std::chrono::milliseconds(std::clamp<std::int64_t>(timeout_ms, -1, kLongest));
}

}  // namespace arges::bindings
