// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "kernels/base/status.h"

namespace arges::sdk {

struct ThreadPoolHandle;  // hides Boost.Asio; see asio_pool.h

// The engine's own threads: a Boost.Asio thread pool. Work reaches them through Strand (in order,
// one at a time) and Alarm (at a time, or when rung). None of it may wait for the caller's code.
class Executor {
 public:
  // threads >= 1; one for each strand and alarm keeps any of them from waiting for another.
  // OUT_OF_MEMORY_HOST when the system refuses a thread.
  static Result<std::unique_ptr<Executor>> create(int threads);
  // As join().
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Waits until everything posted has run and every alarm has been stopped, then ends the threads.
  // Not from one of them. Idempotent.
  void join();

  ThreadPoolHandle& pool() { return *pool_; }

 private:
  explicit Executor(std::unique_ptr<ThreadPoolHandle> pool);

  std::unique_ptr<ThreadPoolHandle> pool_;
};

// Tasks of one strand run in the order posted and never two at a time. Safe from any thread.
// Must not outlive its executor.
class Strand {
 public:
  // Must not throw, and must not block on anything but its own work.
  using Task = std::function<void()>;

  explicit Strand(Executor& executor);
  ~Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  // Returns at once. OUT_OF_MEMORY_HOST when the task cannot be kept; it will then not run.
  Status post(Task task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace arges::sdk
