// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

constexpr char kAnswer[] = "called back";

// Notes what a callback sees, and does `also` in it.
struct Notes {
  static void on_event(void* user, const arges_event* event) {
    static_cast<Notes*>(user)->take(*event);
  }
  void take(const arges_event& event) {
    const int running = ++in_callback;
    std::unique_lock lock(mutex);
    most_at_once = std::max(most_at_once, running);
    threads.push_back(std::this_thread::get_id());
    if (event.type == ARGES_EVENT_TEXT) text.append(event.text, event.text_length);
    if (event.type >= ARGES_EVENT_DONE) ends.push_back(event.tag);
    lock.unlock();
    changed.notify_all();
    --in_callback;
    if (also) also(event);
  }
  void wait_for_ends(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ends.size() >= count; });
  }

  std::atomic<int> in_callback{0};
  std::mutex mutex;
  std::condition_variable changed;
  int most_at_once = 0;
  std::vector<std::thread::id> threads;
  std::string text;
  std::vector<std::uint64_t> ends;
  std::function<void(const arges_event&)> also;
};

arges_queue* callback_queue(Notes& notes) {
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = &Notes::on_event;
  options.callback_user = &notes;
  arges_queue* queue = nullptr;
  EXPECT_EQ(arges_queue_create(&options, &queue), ARGES_OK);
  return queue;
}

class Callback : public testing::Test {
 protected:
  Callback() { EXPECT_EQ(arges_session_create(engine, &session), ARGES_OK); }
  ~Callback() override {
    arges_session_close(session);
    arges_queue_close(queue);
    arges_engine_close(engine);
  }

  Notes notes;
  arges_engine* engine = open_scripted_engine(kAnswer);
  arges_session* session = nullptr;
  arges_queue* queue = callback_queue(notes);
};

TEST_F(Callback, GetsEveryEventOnOneThreadAndOneAtATime) {
  arges_session* second = nullptr;
  ASSERT_EQ(arges_session_create(engine, &second), ARGES_OK);
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  ASSERT_EQ(submit(second, "hello", queue, 2), ARGES_OK);
  notes.wait_for_ends(2);
  arges_session_close(second);
  const std::lock_guard lock(notes.mutex);
  EXPECT_EQ(notes.text.size(), 2 * std::string(kAnswer).size());
  EXPECT_EQ(notes.most_at_once, 1);
  EXPECT_NE(notes.threads.front(), std::this_thread::get_id());
  for (const std::thread::id id : notes.threads) EXPECT_EQ(id, notes.threads.front());
}

TEST_F(Callback, NoneRunsAfterTheQueueIsClosed) {
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  arges_queue_close(queue);
  const std::size_t seen = notes.threads.size();
  arges_session_close(session);
  EXPECT_EQ(notes.threads.size(), seen);
}

TEST_F(Callback, QueueCannotBePulled) {
  arges_event event;
  arges_event_init(&event, sizeof event);
  EXPECT_EQ(arges_queue_next(queue, 0, &event), ARGES_UNSUPPORTED);
  EXPECT_EQ(arges_queue_fd(queue), -1);
}

TEST_F(Callback, MayStartTheNextRequestAndCloseTheSession) {
  arges_session* second = nullptr;
  ASSERT_EQ(arges_session_create(engine, &second), ARGES_OK);
  notes.also = [&](const arges_event& event) {
    if (event.type < ARGES_EVENT_DONE || event.tag != 1) return;
    arges_session_close(session);
    EXPECT_EQ(submit(second, "next", queue, 2), ARGES_OK);
  };
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  notes.wait_for_ends(2);
  arges_session_close(second);
}

TEST_F(Callback, KnowsRequestsByTheirTagAlone) {
  constexpr std::uint64_t kRequests = 20;
  std::vector<arges_session*> sessions(kRequests);
  for (std::uint64_t tag = 0; tag < kRequests; ++tag) {
    ASSERT_EQ(arges_session_create(engine, &sessions[tag]), ARGES_OK);
    // No handle is known here before the call has returned; the events do not wait for that.
    ASSERT_EQ(submit(sessions[tag], "hello", queue, 1000 + tag), ARGES_OK);
  }
  notes.wait_for_ends(kRequests);
  std::vector<std::uint64_t> ends = notes.ends;
  std::sort(ends.begin(), ends.end());
  for (std::uint64_t tag = 0; tag < kRequests; ++tag) {
    EXPECT_EQ(ends[tag], 1000 + tag);
    arges_session_close(sessions[tag]);
  }
}

TEST_F(Callback, CannotCloseItsOwnQueue) {
  notes.also = [&](const arges_event&) { arges_queue_close(queue); };
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  notes.wait_for_ends(1);
  ASSERT_EQ(submit(session, "and again", queue, 2), ARGES_OK);
  notes.wait_for_ends(2);
}

TEST_F(Callback, WhatItThrowsIsDropped) {
  notes.also = [](const arges_event&) { throw std::runtime_error("of the caller"); };
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  notes.wait_for_ends(1);
  ASSERT_EQ(submit(session, "and again", queue, 2), ARGES_OK);
  notes.wait_for_ends(2);
}

}  // namespace
}  // namespace arges::bindings_test
