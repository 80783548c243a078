// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

TEST(Threads, TwoReadersOfOneQueueShareItsEventsWithoutLoss) {
  constexpr std::uint64_t kRequests = 40;
  const std::string answer = "shared between two";
  arges_engine* engine = open_scripted_engine(answer);
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  std::mutex mutex;
  std::map<std::uint64_t, std::size_t> bytes;
  std::map<std::uint64_t, int> ends;
  std::atomic<std::uint64_t> ended{0};
  const auto read = [&] {
    arges_event event;
    arges_event_init(&event, sizeof event);
    while (ended < kRequests) {
      if (arges_queue_next(queue, 10, &event) != ARGES_OK) continue;
      const std::lock_guard lock(mutex);
      if (event.type == ARGES_EVENT_TEXT) bytes[event.tag] += event.text_length;
      if (event.type >= ARGES_EVENT_DONE) ++ends[event.tag], ++ended;
    }
    arges_event_clear(&event);
  };
  std::thread first(read);
  std::thread second(read);
  std::vector<arges_session*> sessions(kRequests);
  for (std::uint64_t tag = 0; tag < kRequests; ++tag) {
    ASSERT_EQ(arges_session_create(engine, &sessions[tag]), ARGES_OK);
    ASSERT_EQ(submit(sessions[tag], "hello", queue, tag), ARGES_OK);
  }
  first.join();
  second.join();
  for (std::uint64_t tag = 0; tag < kRequests; ++tag) {
    EXPECT_EQ(bytes[tag], answer.size());
    EXPECT_EQ(ends[tag], 1);
    arges_session_close(sessions[tag]);
  }
  arges_queue_close(queue);
  arges_engine_close(engine);
}

TEST(Threads, OneEngineServesManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 25;
  arges_engine* engine = open_scripted_engine("for everybody");
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        if (ask(engine, "hello").text == "for everybody") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kRounds);
  arges_engine_close(engine);
}

// Waits for an event and then lets its thread be ended.
struct CancelledReader {
  static void* read(void* user) {
    auto& self = *static_cast<CancelledReader*>(user);
    arges_event event;
    arges_event_init(&event, sizeof event);
    self.status = arges_queue_next(self.queue, -1, &event);
    arges_event_clear(&event);
    pthread_testcancel();
    self.went_on = true;
    return nullptr;
  }

  arges_queue* queue = nullptr;
  arges_status status = ARGES_INTERNAL;
  bool went_on = false;
};

TEST(Threads, ACancelledOneEndsBehindItsCall) {
  arges_engine* engine = open_scripted_engine("an event");
  {
    World world(engine);
    CancelledReader reader{world.queue};
    pthread_t thread = {};
    ASSERT_EQ(pthread_create(&thread, nullptr, &CancelledReader::read, &reader), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // now it waits, in all likelihood
    ASSERT_EQ(pthread_cancel(thread), 0);
    EXPECT_EQ(submit(world.session, "hello", world.queue, 2), ARGES_OK);
    void* outcome = nullptr;
    ASSERT_EQ(pthread_join(thread, &outcome), 0);
    EXPECT_EQ(outcome, PTHREAD_CANCELED);
    EXPECT_EQ(reader.status, ARGES_OK);
    EXPECT_FALSE(reader.went_on);
  }
  arges_engine_close(engine);
}

}  // namespace
}  // namespace arges::bindings_test
