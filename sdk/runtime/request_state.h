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
  void announce_end() {
    std::lock_guard lock(mutex_);
    announced_ = true;
    end_announced_.notify_all();
  }
  // Whether that happened within `timeout` (negative: without limit, zero: not at all).
  bool wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    const auto is_announced = [this] { return announced_; };
    if (timeout.count() == 0) return announced_;  // a wait of no length would sleep all the same
    if (timeout.count() >= 0) return end_announced_.wait_for(lock, timeout, is_announced);
    end_announced_.wait(lock, is_announced);
    return true;
  }

  const std::weak_ptr<Scheduler> scheduler;
  std::atomic<bool> cancel_requested{false};
  std::atomic<bool> finished{false};  // before anybody can read the terminal event

 private:
  std::mutex mutex_;
  std::condition_variable end_announced_;
  bool announced_ = false;
};

}  // namespace arges::sdk
