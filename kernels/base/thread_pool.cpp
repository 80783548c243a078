// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/thread_pool.h"

#include <algorithm>
#include <utility>

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
thread_local bool in_background = false;

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
  workers_ = workers;
  threads_.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this, i] { worker_main(i); });
}

void ThreadPool::stop() {
  stopping_.store(true);
  announce();
  for (std::thread& thread : threads_) thread.join();
}

// Wakes idle workers: there is something new to look at.
void ThreadPool::announce() {
  generation_.fetch_add(1);
  generation_.notify_all();
}

void ThreadPool::tell_background() {
  background_news_.fetch_add(1);
  background_news_.notify_all();
}

ThreadPool::Background::Background() : before_(std::exchange(in_background, true)) {}

ThreadPool::Background::~Background() {
  in_background = before_;
}

ThreadPool::Foreground::Foreground(ThreadPool& pool) : pool_(pool) {
  pool_.foreground_rows_.fetch_add(1);
}

ThreadPool::Foreground::~Foreground() {
  if (pool_.foreground_rows_.fetch_sub(1) != 1) return;
  if (!pool_.background_.has_more()) return;
  pool_.tell_background();
  pool_.announce();
}

void ThreadPool::Loop::call_from(std::int64_t begin) const {
  call(body, begin, std::min(grain, count - begin) + begin);
}

bool ThreadPool::Lane::has_more() const {
  return (gate.load(std::memory_order_acquire) & kOpen) != 0 &&
         next.load(std::memory_order_relaxed) < count.load(std::memory_order_relaxed);
}

bool ThreadPool::Lane::enter() {
  std::uint32_t now = gate.load(std::memory_order_relaxed);
  while ((now & kOpen) != 0) {
    if (gate.compare_exchange_weak(now, now + 1, std::memory_order_acquire,
                                   std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool ThreadPool::Lane::run_range() {
  const std::int64_t begin = next.fetch_add(loop.grain, std::memory_order_relaxed);
  if (begin >= loop.count) return false;
  inside_loop = true;
  loop.call_from(begin);
  inside_loop = false;
  return true;
}

void ThreadPool::run(const Loop& loop) {
  if (loop.count <= 0) return;
  if (!threads_.empty() && !inside_loop && loop.count > loop.grain) {
    return share(in_background ? background_ : foreground_, loop);
  }
  for (std::int64_t begin = 0; begin < loop.count; begin += loop.grain) loop.call_from(begin);
}

void ThreadPool::share(Lane& lane, const Loop& loop) {
  const std::lock_guard callers(lane.callers);
  lane.loop = loop;
  lane.count.store(loop.count, std::memory_order_relaxed);
  lane.helpers.store((loop.count - 1) / loop.grain, std::memory_order_relaxed);
  lane.next.store(0, std::memory_order_relaxed);
  lane.gate.store(kOpen, std::memory_order_release);
  announce();
  if (&lane == &background_) run_beside_foreground(lane);
  while (lane.run_range()) {
  }
  // Every range is taken now. Workers that have not entered are not waited for: only those inside.
  lane.gate.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spin = 0; lane.gate.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin < kFinishSpins) {
      pause_cpu();
    } else {
      std::this_thread::yield();
    }
  }
}

// The caller of a background loop is a thread more than there are cores for while a step is under
// way: it leaves its ranges to the workers then.
void ThreadPool::run_beside_foreground(Lane& lane) {
  for (;;) {
    const std::uint32_t seen = background_news_.load();
    if (!lane.has_more()) return;
    if (foreground_rows_.load() > 0) {
      background_news_.wait(seen);
    } else if (!lane.run_range()) {
      return;
    }
  }
}

// Of as many workers as there are ranges for, the last ones: the first may be in the background.
bool ThreadPool::is_wanted(const Lane& lane, int worker) const {
  return lane.has_more() && worker >= workers_ - lane.helpers.load(std::memory_order_relaxed);
}

bool ThreadPool::may_help_background(int worker) const {
  return foreground_rows_.load() == 0 || worker < (workers_ + 1) / 2;
}

void ThreadPool::help_background(int worker) {
  while (!is_wanted(foreground_, worker) && may_help_background(worker) &&
         background_.run_range()) {
  }
  const bool over = !background_.has_more();
  background_.gate.fetch_sub(1, std::memory_order_release);
  if (over) tell_background();
}

// Whether there was something to do.
bool ThreadPool::help(int worker) {
  if (is_wanted(foreground_, worker) && foreground_.enter()) {
    while (foreground_.run_range()) {
    }
    foreground_.gate.fetch_sub(1, std::memory_order_release);
    return true;
  }
  if (may_help_background(worker) && background_.has_more() && background_.enter()) {
    help_background(worker);
    return true;
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

void ThreadPool::worker_main(int worker) {
  while (!stopping_.load(std::memory_order_acquire)) {
    const std::uint32_t seen = generation_.load(std::memory_order_acquire);
    if (!help(worker)) wait_for_loop_after(seen);
  }
}

}  // namespace arges
