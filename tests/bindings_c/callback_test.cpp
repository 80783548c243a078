// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bindings_c/abi_world.h"
#include "tests/bindings_c/held_out.h"

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
  event.tag = 99;
  const arges_event before = event;
  std::uint64_t count = 99;
  EXPECT_EQ(arges_queue_next(queue, 0, &event), ARGES_UNSUPPORTED);
  EXPECT_EQ(arges_queue_next_many(queue, 0, &event, 1, &count), ARGES_UNSUPPORTED);
  EXPECT_EQ(std::memcmp(&event, &before, sizeof event), 0);
  EXPECT_EQ(count, 99u);
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
  std::atomic<bool> ended{false};
  notes.also = [&](const arges_event& event) { ended = event.type >= ARGES_EVENT_DONE; };
  HeldOut<arges_request> out(ended);
  arges_message* message = text_message("hello");
  ASSERT_EQ(arges_generate(session, &message, 1, nullptr, queue, 1000, out.place()), ARGES_OK);
  EXPECT_TRUE(out.was_held()) << "the last event came before the handle";
  EXPECT_EQ(notes.ends, std::vector<std::uint64_t>{1000});
  arges_request_free(*out.place());
  arges_message_free(message);
}

TEST_F(Callback, EventsHoldNoStorageAndSayTheLibrarysSize) {
  std::atomic<int> events{0};
  std::atomic<int> right{0};
  notes.also = [&](const arges_event& event) {
    ++events;
    if (event.storage == 0 && event.struct_size == sizeof event) ++right;
  };
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  notes.wait_for_ends(1);
  arges_queue_close(std::exchange(queue, nullptr));
  EXPECT_GT(events, 1);
  EXPECT_EQ(right, events);
}

// Waits until `count` callers are there.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  void attend() {
    std::unique_lock lock(mutex_);
    --missing_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return missing_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_;
};

// Something that happens once and is waited for.
class Happening {
 public:
  void happen() {
    const std::lock_guard lock(mutex_);
    happened_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return happened_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool happened_ = false;
};

// A callback queue of its own that does `act` at its first event, and says when it is released.
struct ActingQueue {
  explicit ActingQueue(std::function<void()> what) : act(std::move(what)) {
    arges_queue_options options;
    arges_queue_options_init(&options, sizeof options);
    options.callback = [](void* user, const arges_event*) {
      auto& self = *static_cast<ActingQueue*>(user);
      if (self.calls++ == 0) self.act();
    };
    options.callback_user = this;
    options.release = [](void* user) {
      // Who waits for it may be gone, and the object with it, before this returns.
      const auto shared = static_cast<ActingQueue*>(user)->released;
      shared->happen();
    };
    EXPECT_EQ(arges_queue_create(&options, &queue), ARGES_OK);
  }

  std::function<void()> act;
  std::atomic<int> calls{0};
  const std::shared_ptr<Happening> released = std::make_shared<Happening>();
  arges_queue* queue = nullptr;
};

TEST_F(Callback, MayCloseItsOwnQueueAndIsThenTheLast) {
  ActingQueue own([&] { arges_queue_close(own.queue); });
  ASSERT_EQ(submit(session, "hello", own.queue, 1), ARGES_OK);
  own.released->wait();
  EXPECT_EQ(own.calls, 1);
  arges_status status = ARGES_BUSY;  // until the request has noticed that its queue is gone
  while (status == ARGES_BUSY) status = submit(session, "again", queue, 2);
  EXPECT_EQ(status, ARGES_OK);
  notes.wait_for_ends(1);
}

TEST_F(Callback, TwoMayCloseEachOthersQueues) {
  arges_session* second = nullptr;
  ASSERT_EQ(arges_session_create(engine, &second), ARGES_OK);
  Meeting both(2);
  std::array<arges_queue*, 2> queues = {};
  ActingQueue a([&] {
    both.attend();
    arges_queue_close(queues[1]);
  });
  ActingQueue b([&] {
    both.attend();
    arges_queue_close(queues[0]);
  });
  queues = {a.queue, b.queue};
  ASSERT_EQ(submit(session, "hello", a.queue, 1), ARGES_OK);
  ASSERT_EQ(submit(second, "hello", b.queue, 2), ARGES_OK);
  a.released->wait();
  b.released->wait();
  arges_session_close(second);
}

TEST_F(Callback, MayCloseEverything) {
  std::atomic<int> closed{0};
  ActingQueue own([&] {
    arges_queue_close(own.queue);
    arges_queue_close(std::exchange(queue, nullptr));
    arges_engine_close(std::exchange(engine, nullptr));
    arges_session_close(std::exchange(session, nullptr));
    ++closed;
  });
  ASSERT_EQ(submit(session, "hello", own.queue, 1), ARGES_OK);
  own.released->wait();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(own.calls, 1);
}

TEST_F(Callback, ThatBlocksHoldsUpNobodyElse) {
  Happening begun;
  Happening go_on;
  ActingQueue blocked([&] {
    begun.happen();
    go_on.wait();
  });
  ASSERT_EQ(submit(session, "hello", blocked.queue, 1), ARGES_OK);
  begun.wait();
  arges_session* second = nullptr;
  ASSERT_EQ(arges_session_create(engine, &second), ARGES_OK);
  ASSERT_EQ(submit(second, "hello", queue, 2), ARGES_OK);
  notes.wait_for_ends(1);
  EXPECT_EQ(notes.text, kAnswer);
  EXPECT_EQ(ask(engine, "hello").text, kAnswer);
  arges_session_close(second);
  arges_session_close(std::exchange(session, nullptr));  // does not wait for the callback either
  arges_engine_close(std::exchange(engine, nullptr));
  EXPECT_EQ(blocked.calls, 1);
  go_on.happen();
  arges_queue_close(blocked.queue);
}

TEST_F(Callback, ReleaseComesBehindTheLastCallbackBeforeCloseReturns) {
  std::vector<std::thread::id> callbacks;
  std::vector<std::thread::id> releases;
  std::function<void(bool)> note = [&](bool release) {
    EXPECT_TRUE(releases.empty()) << "nothing is called behind release";
    (release ? releases : callbacks).push_back(std::this_thread::get_id());
  };
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback_user = &note;
  options.callback = [](void* user, const arges_event*) {
    (*static_cast<std::function<void(bool)>*>(user))(false);
  };
  options.release = [](void* user) { (*static_cast<std::function<void(bool)>*>(user))(true); };
  arges_queue* other = nullptr;
  ASSERT_EQ(arges_queue_create(&options, &other), ARGES_OK);
  ASSERT_EQ(submit(session, "hello", other, 1), ARGES_OK);
  arges_session_close(std::exchange(session, nullptr));
  arges_queue_close(other);
  ASSERT_EQ(releases.size(), 1u);
  for (const std::thread::id id : callbacks) EXPECT_EQ(id, releases.front());
  EXPECT_NE(releases.front(), std::this_thread::get_id());
}

TEST_F(Callback, WhatItsReleaseThrowsIsDropped) {
  bool released = false;
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = [](void*, const arges_event*) {};
  options.callback_user = &released;
  options.release = [](void* user) {
    *static_cast<bool*>(user) = true;
    throw std::runtime_error("of the caller");
  };
  arges_queue* other = nullptr;
  ASSERT_EQ(arges_queue_create(&options, &other), ARGES_OK);
  arges_queue_close(other);
  EXPECT_TRUE(released);
}

TEST_F(Callback, ARefusedQueueReleasesNothing) {
  bool released = false;
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.capacity = 65'537;
  options.callback = [](void*, const arges_event*) {};
  options.callback_user = &released;
  options.release = [](void* user) { *static_cast<bool*>(user) = true; };
  arges_queue* refused = nullptr;
  EXPECT_EQ(arges_queue_create(&options, &refused), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(refused, nullptr);
  EXPECT_FALSE(released);
}

TEST_F(Callback, ThatEndsItsThreadClosesItsQueueAndNotTheProcess) {
  ActingQueue leaving([] { pthread_exit(nullptr); });
  ASSERT_EQ(submit(session, "hello", leaving.queue, 1), ARGES_OK);
  leaving.released->wait();
  arges_status status = ARGES_BUSY;
  while (status == ARGES_BUSY) status = submit(session, "again", queue, 2);
  EXPECT_EQ(status, ARGES_OK);
  notes.wait_for_ends(1);
  arges_queue_close(leaving.queue);
  EXPECT_EQ(leaving.calls, 1);
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
