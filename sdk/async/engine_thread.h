// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "kernels/base/status.h"

namespace arges::sdk {

// One of an engine's own threads. Work reaches it as tasks, in the order posted, and through Alarm
// (at a time, or when rung). None of it may wait for the caller's code or throw.
class EngineThread {
 public:
  using Task = std::function<void()>;

  // IO when the system refuses a thread, OUT_OF_MEMORY_HOST.
  static Result<std::unique_ptr<EngineThread>> create();
  // As join().
  ~EngineThread();
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  // From any thread, returns at once. OUT_OF_MEMORY_HOST when the task cannot be kept; it will
  // then not run. What is posted after join() does not run either.
  Status post(Task task);

  // Waits until everything posted has run and every alarm on it has been stopped, then ends the
  // thread. Not from the thread itself. Idempotent.
  void join();

  // Hides Boost.Asio; defined in asio_thread.h, for the .cpp files of this folder.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit EngineThread(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace arges::sdk
