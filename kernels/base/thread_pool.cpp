// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/thread_pool.h"

#include <algorithm>

#include "kernels/base/usable_cores.h"

namespace arges {
namespace {

constexpr std::uint32_t kOpen = std::uint32_t{1} << 31;

// A decode step is a few hundred short loops: waking a sleeping thread for each would cost more
// than the loop. An idle worker spins for about as long as the gap between two ops, then sleeps.
constexpr int kIdleSpins = 4000;

// How long the caller spins for the last range before it offers its core to whoever runs it.
constexpr int kFinishSpins = 2000;

thread_local bool inside_loop = false;

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  threads = std::clamp(threads <= 0 ? usable_cores() : threads, 1, kMaxThreads);
  // More workers than processors: a spinning one would only keep a working one from its own.
  idle_spins_ = threads <= usable_threads() ? kIdleSpins : 0;
  try {
    start(threads - 1);
  } catch (...) {
    stop();  // no destructor runs for a half-made pool
    throw;
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::start(int workers) {
  threads_.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { worker_main(); });
}

void ThreadPool::stop() {
  stopping_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Loop::call_from(std::int64_t begin) const {
  call(body, begin, std::min(grain, count - begin) + begin);
}

void ThreadPool::run(const Loop& loop) {
  if (loop.count <= 0) return;
  if (!threads_.empty() && !inside_loop && loop.count > loop.grain) return share(loop);
  for (std::int64_t begin = 0; begin < loop.count; begin += loop.grain) loop.call_from(begin);
}

void ThreadPool::share(const Loop& loop) {
  const std::lock_guard callers(callers_);
  loop_ = loop;
  next_.store(0, std::memory_order_relaxed);
  gate_.store(kOpen, std::memory_order_release);
  generation_.fetch_add(1);
  generation_.notify_all();
  run_ranges();
  // Every range is taken now. Workers that have not entered are not waited for: only those inside.
  gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spin = 0; gate_.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin < kFinishSpins) {
      pause_cpu();
    } else {
      std::this_thread::yield();
    }
  }
}

void ThreadPool::run_ranges() {
  inside_loop = true;
  for (;;) {
    const std::int64_t begin = next_.fetch_add(loop_.grain, std::memory_order_relaxed);
    if (begin >= loop_.count) break;
    loop_.call_from(begin);
  }
  inside_loop = false;
}

bool ThreadPool::enter() {
  std::uint32_t gate = gate_.load(std::memory_order_relaxed);
  while ((gate & kOpen) != 0) {
    if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acquire,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

void ThreadPool::wait_for_loop_after(std::uint32_t seen) {
  for (int spin = 0; spin < idle_spins_; ++spin) {
    if (generation_.load(std::memory_order_acquire) != seen) return;
    pause_cpu();
  }
  generation_.wait(seen);
}

void ThreadPool::worker_main() {
  std::uint32_t seen = 0;
  while (!stopping_.load(std::memory_order_acquire)) {
    if (enter()) {
      run_ranges();
      gate_.fetch_sub(1, std::memory_order_release);
    }
    wait_for_loop_after(seen);
    seen = generation_.load(std::memory_order_acquire);
  }
}

}  // namespace arges
