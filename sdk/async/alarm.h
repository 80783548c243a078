// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "sdk/async/engine_thread.h"

namespace arges::sdk {

// A task that sleeps until a time or until somebody rings, over and over, on an engine thread.
// Ringing sets nothing aside and cannot fail, so a wake-up is never lost, even when memory is.
class Alarm {
 public:
  using Clock = std::chrono::steady_clock;
  // Does what there is to do and says when to be called again at the latest. Must not throw.
  using Task = std::function<Clock::time_point()>;
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  // Asleep until the first ring(). Must not outlive its thread. Throws std::bad_alloc, and
  // std::system_error when the system refuses a file descriptor.
  Alarm(EngineThread& thread, Task task);
  // As stop().
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Runs the task soon; once more after the present run, if it is running. From any thread,
  // returns at once.
  void ring() noexcept;
  // No run begins afterwards; one that is running ends by itself. From any thread. Idempotent.
  void stop() noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace arges::sdk
