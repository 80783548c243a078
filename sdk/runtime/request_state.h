// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

namespace arges::sdk {

class Scheduler;

// What a request's handle and the engine's threads share. Everything else of a request belongs to
// one thread at a time (Preparation, Generation).
struct RequestState {
  explicit RequestState(std::weak_ptr<Scheduler> owner) : scheduler(std::move(owner)) {}

  // Nobody needs the result any more: work on it may stop.
  bool abandoned() const { return cancel_requested || finished; }

  const std::weak_ptr<Scheduler> scheduler;
  std::atomic<bool> cancel_requested{false};
  std::atomic<bool> finished{false};  // the terminal event has been queued
};

}  // namespace arges::sdk
