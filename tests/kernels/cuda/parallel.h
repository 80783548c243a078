// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace arges::testing {

// work(begin, end) over [0, count) in as many pieces as there are threads.
inline void in_parallel(std::int64_t count,
                        const std::function<void(std::int64_t, std::int64_t)>& work) {
  const std::int64_t threads = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1,
                                                        std::min<std::int64_t>(count, 64));
  std::vector<std::thread> running;
  for (std::int64_t i = 0; i < threads; ++i) {
    running.emplace_back(work, count * i / threads, count * (i + 1) / threads);
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace arges::testing
