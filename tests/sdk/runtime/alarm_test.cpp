// SPDX-License-Identifier: Apache-2.0
#include "sdk/async/alarm.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "sdk/async/executor.h"

namespace arges::sdk {
namespace {

TEST(Alarm, SleepsUntilItIsRung) {
  auto executor = Executor::create(1).value();
  std::promise<void> ran;
  Alarm alarm(*executor, [&] {
    ran.set_value();
    return Alarm::kNever;
  });
  alarm.ring();
  ran.get_future().wait();
  alarm.stop();
}

TEST(Alarm, RunsAgainAtTheTimeItsTaskNames) {
  auto executor = Executor::create(1).value();
  std::promise<void> third;
  int runs = 0;
  Alarm alarm(*executor, [&] {
    if (++runs == 3) third.set_value();
    return runs < 3 ? Alarm::Clock::now() + std::chrono::milliseconds(1) : Alarm::kNever;
  });
  alarm.ring();
  third.get_future().wait();
  alarm.stop();
}

TEST(Alarm, ARingDuringARunIsNotLost) {
  auto executor = Executor::create(1).value();
  std::promise<void> second;
  int runs = 0;
  Alarm* self = nullptr;
  Alarm alarm(*executor, [&] {
    if (++runs == 1) self->ring();
    if (runs == 2) second.set_value();
    return Alarm::kNever;
  });
  self = &alarm;
  alarm.ring();
  second.get_future().wait();
  alarm.stop();
}

TEST(Alarm, NoRingFromManyThreadsIsLostAndRunsNeverOverlap) {
  constexpr int kPerThread = 5000;
  auto executor = Executor::create(3).value();
  std::atomic<int> left{0};
  std::atomic<int> taken{0};
  std::atomic<bool> running{false};
  std::promise<void> all;
  Alarm alarm(*executor, [&] {
    EXPECT_FALSE(running.exchange(true));
    taken += left.exchange(0);
    running = false;
    if (taken == 4 * kPerThread) {
      taken = 0;
      all.set_value();
    }
    return Alarm::kNever;
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int ring = 0; ring < kPerThread; ++ring) {
        ++left;
        alarm.ring();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  all.get_future().wait();
  alarm.stop();
}

TEST(Alarm, DoesNotRunAfterStop) {
  auto executor = Executor::create(1).value();
  std::atomic<int> runs{0};
  Alarm alarm(*executor, [&] {
    ++runs;
    return Alarm::kNever;
  });
  alarm.stop();
  alarm.ring();
  executor->join();
  EXPECT_EQ(runs, 0);
}

TEST(Strand, RunsTasksInOrderOneAtATime) {
  auto executor = Executor::create(3).value();
  Strand strand(*executor);
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(strand.post([&order, i] { order.push_back(i); }).ok());
  }
  executor->join();
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Executor, RefusesToHaveNoThread) {
  EXPECT_EQ(Executor::create(0).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arges::sdk
