// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

namespace arges {
namespace {

// How often each index was visited by one loop.
std::vector<int> visits(ThreadPool& pool, std::int64_t count, std::int64_t grain) {
  std::vector<int> seen(static_cast<std::size_t>(count));
  pool.parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  return seen;
}

TEST(ThreadPool, VisitsEveryIndexOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (const std::int64_t count : {0, 1, 2, 7, 100, 1001}) {
      for (const std::int64_t grain : {-1, 1, 3, 5000}) {
        EXPECT_EQ(visits(pool, count, grain), std::vector<int>(static_cast<std::size_t>(count), 1));
      }
    }
  }
}

TEST(ThreadPool, MakesWhatALoopWroteVisibleToTheNext) {
  ThreadPool pool(4);
  std::vector<std::int64_t> values(64);
  for (int round = 0; round < 20000; ++round) {
    pool.parallel_for(64, 1, [&](std::int64_t begin, std::int64_t end) {
      // Reversed, so that each element is written by changing threads.
      for (std::int64_t i = begin; i < end; ++i) ++values[static_cast<std::size_t>(63 - i)];
    });
  }
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), std::int64_t{0}), 64 * 20000);
}

TEST(ThreadPool, ServesSeveralCallers) {
  ThreadPool pool(3);
  std::atomic<std::int64_t> total{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        pool.parallel_for(
            10, 1, [&](std::int64_t begin, std::int64_t end) { total.fetch_add(end - begin); });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total.load(), 4 * 500 * 10);
}

TEST(ThreadPool, RunsALoopInsideALoopOnTheSameThread) {
  ThreadPool pool(3);
  std::atomic<int> elsewhere{0};
  pool.parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
    const std::thread::id self = std::this_thread::get_id();
    pool.parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
      if (std::this_thread::get_id() != self) ++elsewhere;
    });
  });
  EXPECT_EQ(elsewhere.load(), 0);
}

TEST(ThreadPool, WakesAfterSleeping) {
  ThreadPool pool(2);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(visits(pool, 100, 1), std::vector<int>(100, 1));
  }
}

// Calls, on a thread of its own, for as long as it lives, background loops of short ranges.
class BackgroundCaller {
 public:
  explicit BackgroundCaller(ThreadPool& pool)
      : thread_([this, &pool] {
          const ThreadPool::Background mark;
          while (!stop_) {
            const std::vector<int> seen = visits(pool, 1000, 10);
            right_ = right_ && seen == std::vector<int>(1000, 1);
            ++loops_;
          }
        }) {}
  ~BackgroundCaller() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int loops() const { return loops_; }
  bool right() const { return right_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> loops_{0};
  std::atomic<bool> right_{true};
  std::thread thread_;
};

TEST(ThreadPool, ALoopDoesNotWaitForABackgroundLoop) {
  ThreadPool pool(3);
  std::atomic<bool> may_end{false};
  std::atomic<int> began{0};
  std::thread caller([&] {
    const ThreadPool::Background mark;
    pool.parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
      ++began;
      while (!may_end) std::this_thread::yield();
    });
  });
  while (began == 0) std::this_thread::yield();
  EXPECT_EQ(visits(pool, 100, 1), std::vector<int>(100, 1));
  may_end = true;
  caller.join();
  EXPECT_EQ(began.load(), 8);
}

TEST(ThreadPool, BackgroundLoopsGoOnBesideARowOfLoops) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    const ThreadPool::Foreground row(pool);
    BackgroundCaller background(pool);
    while (background.loops() < 20) {
      EXPECT_EQ(visits(pool, 64, 1), std::vector<int>(64, 1));
    }
    background.stop();
    EXPECT_TRUE(background.right());
  }
}

TEST(ThreadPool, BothLanesAreRightWhileRowsComeAndGo) {
  ThreadPool pool(4);
  BackgroundCaller background(pool);
  for (int round = 0; round < 500 || background.loops() < 50; ++round) {
    const ThreadPool::Foreground row(pool);
    for (int loop = 0; loop < 5; ++loop) {
      EXPECT_EQ(visits(pool, 64, 1), std::vector<int>(64, 1));
    }
  }
  background.stop();
  EXPECT_TRUE(background.right());
}

TEST(ThreadPool, StopsWhetherItWorkedOrNot) {
  for (int round = 0; round < 200; ++round) {
    ThreadPool pool(4);
    if (round % 2 == 0) visits(pool, 10, 1);
  }
}

}  // namespace
}  // namespace arges
