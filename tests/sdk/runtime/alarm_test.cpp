// SPDX-License-Identifier: Apache-2.0
#include "sdk/async/alarm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "sdk/async/engine_thread.h"

namespace arges::sdk {
namespace {

TEST(Alarm, SleepsUntilItIsRung) {
  auto thread = EngineThread::create().value();
  std::promise<void> ran;
  Alarm alarm(*thread, [&] {
    ran.set_value();
    return Alarm::kNever;
  });
  alarm.ring();
  ran.get_future().wait();
  alarm.stop();
}

TEST(Alarm, RunsAgainAtTheTimeItsTaskNames) {
  auto thread = EngineThread::create().value();
  std::promise<void> third;
  int runs = 0;
  Alarm alarm(*thread, [&] {
    if (++runs == 3) third.set_value();
    return runs < 3 ? Alarm::Clock::now() + std::chrono::milliseconds(1) : Alarm::kNever;
  });
  alarm.ring();
  third.get_future().wait();
  alarm.stop();
}

TEST(Alarm, ARingDuringARunIsNotLost) {
  auto thread = EngineThread::create().value();
  std::promise<void> second;
  int runs = 0;
  Alarm* self = nullptr;
  Alarm alarm(*thread, [&] {
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
  auto thread = EngineThread::create().value();
  std::atomic<int> left{0};
  std::atomic<int> taken{0};
  std::atomic<bool> running{false};
  std::promise<void> all;
  Alarm alarm(*thread, [&] {
    EXPECT_FALSE(running.exchange(true));
    taken += left.exchange(0);
    running = false;
    if (taken == 4 * kPerThread) {
      taken = 0;
      all.set_value();
    }
    return Alarm::kNever;
  });
  std::vector<std::thread> ringers;
  for (int i = 0; i < 4; ++i) {
    ringers.emplace_back([&] {
      for (int ring = 0; ring < kPerThread; ++ring) {
        ++left;
        alarm.ring();
      }
    });
  }
  for (auto& ringer : ringers) ringer.join();
  all.get_future().wait();
  alarm.stop();
}

TEST(Alarm, DoesNotRunAfterStop) {
  auto thread = EngineThread::create().value();
  std::atomic<int> runs{0};
  Alarm alarm(*thread, [&] {
    ++runs;
    return Alarm::kNever;
  });
  alarm.stop();
  alarm.ring();
  thread->join();
  EXPECT_EQ(runs, 0);
}

TEST(EngineThread, RunsTasksInTheOrderPosted) {
  auto thread = EngineThread::create().value();
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(thread->post([&order, i] { order.push_back(i); }).ok());
  }
  thread->join();
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(EngineThread, RunsWhatATaskPosts) {
  auto thread = EngineThread::create().value();
  bool ran = false;
  ASSERT_TRUE(thread->post([&] { EXPECT_TRUE(thread->post([&] { ran = true; }).ok()); }).ok());
  thread->join();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace arges::sdk
