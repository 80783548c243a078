// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/forked_process.h"

#include <pthread.h>

#include <atomic>

namespace arges::bindings {
namespace {

std::atomic<bool> forked{false};

void mark_child() {
  forked.store(true, std::memory_order_relaxed);
}

}  // namespace

void watch_for_forks() noexcept {
  // Without memory for the handler forks go unseen, as they did before.
  [[maybe_unused]] static const int registered = pthread_atfork(nullptr, nullptr, &mark_child);
}

bool is_forked_process() noexcept {
  return forked.load(std::memory_order_relaxed);
}

}  // namespace arges::bindings
