// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace arges::sdk {

class Scheduler;

// What a request's handle and the engine's threads share. Everything else of a request belongs to
// one thread at a time (Preparation, Generation).
struct RequestState {
  explicit RequestState(std::weak_ptr<Scheduler> owner) : scheduler(std::move(owner)) {}

  // Nobody needs the result any more: work on it may stop.
  bool abandoned() const { return cancel_requested || finished; }

  // The terminal event has been queued, or dropped with its queue.
  void finish() {
    std::lock_guard lock(mutex);
    finished = true;
    ended.notify_all();
  }
  // Whether that happened within `timeout` (negative: without limit, zero: not at all).
  bool wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex);
    const auto has_ended = [this] { return finished.load(); };
    if (timeout.count() >= 0) return ended.wait_for(lock, timeout, has_ended);
    ended.wait(lock, has_ended);
    return true;
  }

  const std::weak_ptr<Scheduler> scheduler;
  std::atomic<bool> cancel_requested{false};
  std::atomic<bool> finished{false};
  std::mutex mutex;
  std::condition_variable ended;
};

}  // namespace arges::sdk
