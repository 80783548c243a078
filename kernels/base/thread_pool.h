// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace arges {

// A fixed set of threads that share loops. The calling thread works too, so `threads` = 1 starts
// none. A loop started inside a loop runs on the calling thread alone. Destruction joins all
// threads.
//
// Loops go in two lanes, so that what somebody waits for token by token does not queue up behind a
// picture: background loops (see Background) and all others. In each lane loops from several
// callers run one after another. A worker leaves a background loop, at the end of its range, for
// any other loop.
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
  int size() const { return workers_ + 1; }

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

  // While one lives, the loops of the thread that made it are background loops.
  class Background {
   public:
    Background();
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

   private:
    bool before_;
  };

  // While one lives, a row of loops that somebody waits for is under way: background loops get half
  // of the workers at most, at least one, and their own callers wait.
  class Foreground {
   public:
    explicit Foreground(ThreadPool& pool);
    ~Foreground();
    Foreground(const Foreground&) = delete;
    Foreground& operator=(const Foreground&) = delete;

   private:
    ThreadPool& pool_;
  };

 private:
  // A loop whose body's type has been erased.
  struct Loop {
    std::int64_t count = 0;
    std::int64_t grain = 1;
    const void* body = nullptr;
    void (*call)(const void* body, std::int64_t begin, std::int64_t end) = nullptr;

    void call_from(std::int64_t begin) const;
  };

  struct Lane {
    std::mutex callers;  // held for the length of one shared loop
    Loop loop;           // written only while the gate is closed and nobody is inside
    std::atomic<std::int64_t> next{0};
    std::atomic<std::int64_t> count{0};  // loop.count, for those outside
    // Workers that it has ranges for beside the caller's. The others keep away: many that crowd
    // around a few ranges cost their owners more than the loop.
    std::atomic<std::int64_t> helpers{0};
    // The gate of the current loop: kOpen while it takes helpers, plus the number of helpers
    // inside.
    std::atomic<std::uint32_t> gate{0};

    // Whether there is a range to be had; may be out of date at once.
    bool has_more() const;
    bool enter();
    // Runs one range; false when there was none left.
    bool run_range();
  };

  void run(const Loop& loop);
  void share(Lane& lane, const Loop& loop);
  void run_beside_foreground(Lane& lane);
  bool help(int worker);
  bool is_wanted(const Lane& lane, int worker) const;
  bool may_help_background(int worker) const;
  void help_background(int worker);
  void worker_main(int worker);
  void start(int workers);
  void stop();
  void announce();
  void tell_background();
  void wait_for_loop_after(std::uint32_t seen);

  int workers_ = 0;  // set before the first of them runs; threads_ still grows then
  std::vector<std::thread> threads_;
  int idle_spins_ = 0;
  Lane foreground_;
  Lane background_;
  std::atomic<int> foreground_rows_{0};            // how many Foreground objects live
  std::atomic<std::uint32_t> generation_{0};       // counts loops; what idle workers wait on
  std::atomic<std::uint32_t> background_news_{0};  // what a background loop's caller waits on
  std::atomic<bool> stopping_{false};
};

}  // namespace arges
