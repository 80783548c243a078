// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace arges {

// A fixed set of threads that share loops. The calling thread works too, so `threads` = 1 starts
// none. Loops from several callers run one after another; a loop started inside a loop runs on
// the calling thread alone. Destruction joins all threads.
class ThreadPool {
 public:
  // threads <= 0 means one for each core that the process may use (usable_cores.h); at most
  // kMaxThreads. Throws std::system_error or std::bad_alloc when the system refuses a thread; none
  // is left running then.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  static constexpr int kMaxThreads = 256;

  // Workers that share a loop, the caller included.
  int size() const { return static_cast<int>(threads_.size()) + 1; }

  // Calls body(begin, end) for disjoint ranges of at most `grain` indices that together cover
  // [0, count); returns when all have returned, and what they wrote is visible then. Which thread
  // runs a range is not fixed, so body's result for an index must depend on that index alone.
  // body must not throw. Allocates nothing.
  template <typename Body>
  void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
    run({count, grain < 1 ? 1 : grain, &body,
         [](const void* erased, std::int64_t begin, std::int64_t end) {
           (*static_cast<const Body*>(erased))(begin, end);
         }});
  }

 private:
  // A loop whose body's type has been erased.
  struct Loop {
    std::int64_t count = 0;
    std::int64_t grain = 1;
    const void* body = nullptr;
    void (*call)(const void* body, std::int64_t begin, std::int64_t end) = nullptr;

    void call_from(std::int64_t begin) const;
  };

  void run(const Loop& loop);
  void share(const Loop& loop);
  void run_ranges();
  void worker_main();
  void start(int workers);
  void stop();
  bool enter();
  void wait_for_loop_after(std::uint32_t seen);

  std::vector<std::thread> threads_;
  int idle_spins_ = 0;
  std::mutex callers_;  // held for the length of one shared loop
  Loop loop_;           // written only while the gate is closed and nobody is inside
  std::atomic<std::int64_t> next_{0};
  // The gate of the current loop: kOpen while it takes helpers, plus the number of helpers inside.
  std::atomic<std::uint32_t> gate_{0};
  std::atomic<std::uint32_t> generation_{0};  // counts loops; what idle workers wait on
  std::atomic<bool> stopping_{false};
};

}  // namespace arges
