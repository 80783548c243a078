// SPDX-License-Identifier: Apache-2.0
#include "sdk/async/alarm.h"

#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "sdk/async/asio_thread.h"

namespace arges::sdk {

// A steady_timer is not safe to share, so every use of it holds the mutex. Exactly one wait is
// pending, or the task is running, until the alarm stops: that lets ring() be a cancel(), which
// needs no memory.
struct Alarm::Impl : std::enable_shared_from_this<Alarm::Impl> {
  Impl(EngineThread& thread, Task run) : timer(thread.impl().pool), task(std::move(run)) {}

  bool try_arm(Clock::time_point when);
  void arm(Clock::time_point when);
  void run();

  std::mutex mutex;
  boost::asio::steady_timer timer;
  const Task task;
  bool rung = false;  // during the run that is going on
  bool stopped = false;
};

// False when there is no memory for the wait.
bool Alarm::Impl::try_arm(Clock::time_point when) {
  std::lock_guard lock(mutex);
  if (stopped) return true;
  try {
    timer.expires_at(std::exchange(rung, false) ? Clock::time_point::min() : when);
    timer.async_wait([self = shared_from_this()](const auto&) { self->run(); });
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void Alarm::Impl::arm(Clock::time_point when) {
  while (!try_arm(when)) {
    std::this_thread::yield();
    when = task();
  }
}

void Alarm::Impl::run() {
  {
    std::lock_guard lock(mutex);
    rung = false;
    if (stopped) return;
  }
  arm(task());
}

Alarm::Alarm(EngineThread& thread, Task task)
    : impl_(with_standard_errors([&] { return std::make_shared<Impl>(thread, std::move(task)); })) {
  if (!impl_->try_arm(kNever)) throw std::bad_alloc();
}

Alarm::~Alarm() {
  stop();
}

void Alarm::ring() noexcept {
  std::lock_guard lock(impl_->mutex);
  impl_->rung = true;
  impl_->timer.cancel();
}

void Alarm::stop() noexcept {
  std::lock_guard lock(impl_->mutex);
  impl_->stopped = true;
  impl_->timer.cancel();
}

}  // namespace arges::sdk
