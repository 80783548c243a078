// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <thread>

namespace arges::fuzz {

inline std::size_t count_threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

// Before the first threads are started: a sanitizer adds one of its own to the first, for good.
inline std::size_t count_threads_at_rest() {
  static const bool started = (std::thread([] {}).join(), true);
  static_cast<void>(started);
  return count_threads();
}

// Waits, at most a minute and a half (a busy machine), until no more than `count` are there.
inline bool comes_to_threads(std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (count_threads() > count) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

}  // namespace arges::fuzz
