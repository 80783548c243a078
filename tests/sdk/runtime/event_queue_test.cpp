// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/event_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace arges::sdk {
namespace {

using std::chrono::milliseconds;

Event text_event(std::string text) {
  Event event;
  event.type = EventType::kText;
  event.text = std::move(text);
  return event;
}

Event done_event() {
  Event event;
  event.type = EventType::kDone;
  return event;
}

EventQueue::TerminalSlot end() {
  EventQueue::TerminalSlot slot = EventQueue::make_terminal_slot();
  slot.front() = done_event();
  return slot;
}

bool readable(EventQueue& queue) {
  pollfd descriptor{queue.fd(), POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 1;
}

StatusCode code_of(EventQueue& queue, milliseconds timeout = milliseconds(0)) {
  return queue.next(timeout).status().code();
}

TEST(EventQueue, RefusesACapacityThatIsNone) {
  EXPECT_EQ(EventQueue::create(0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(EventQueue::create(65537).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(EventQueue::create(65536).ok());
}

TEST(EventQueue, KeepsTheOrder) {
  auto queue = EventQueue::create(3).value();
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(queue->try_push(text_event(text)));
  EXPECT_EQ(queue->next(milliseconds(0))->text, "a");
  EXPECT_EQ(queue->next(milliseconds(-1))->text, "b");
  EXPECT_EQ(queue->next(milliseconds::max())->text, "c");
  EXPECT_EQ(code_of(*queue), StatusCode::kTimeout);
  EXPECT_EQ(code_of(*queue, milliseconds(1)), StatusCode::kTimeout);
}

TEST(EventQueue, IsBoundedExceptForTerminalEvents) {
  auto queue = EventQueue::create(1).value();
  EXPECT_TRUE(queue->try_push(text_event("a")));
  EXPECT_FALSE(queue->try_push(text_event("b")));
  queue->push_terminal(end());
  EXPECT_EQ(queue->next(milliseconds(0))->text, "a");
  EXPECT_FALSE(queue->try_push(text_event("c"))) << "the terminal event still fills it";
  EXPECT_EQ(queue->next(milliseconds(0))->type, EventType::kDone);
  EXPECT_TRUE(queue->try_push(text_event("d")));
}

TEST(EventQueue, HasNoRoomForARequestWhileTooManyEndsWait) {
  auto queue = EventQueue::create(1).value();
  for (std::size_t i = 0; i < EventQueue::kMaxEnds; ++i) {
    ASSERT_TRUE(queue->check_room_for_request().ok());
    queue->push_terminal(end());
  }
  EXPECT_EQ(queue->check_room_for_request().code(), StatusCode::kBusy);
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  EXPECT_TRUE(queue->check_room_for_request().ok());
}

TEST(EventQueue, DescriptorIsReadableExactlyWhileThereIsNews) {
  auto queue = EventQueue::create(2).value();
  EXPECT_FALSE(readable(*queue));
  for (int round = 0; round < 2; ++round) {
    queue->try_push(text_event("a"));
    queue->push_terminal(end());
    EXPECT_TRUE(readable(*queue));
    ASSERT_TRUE(queue->next(milliseconds(0)).ok());
    EXPECT_TRUE(readable(*queue));
    ASSERT_TRUE(queue->next(milliseconds(0)).ok());
    EXPECT_FALSE(readable(*queue));
  }
  queue->close();
  EXPECT_TRUE(readable(*queue));
  EXPECT_EQ(code_of(*queue), StatusCode::kClosed);
  EXPECT_TRUE(readable(*queue));
}

TEST(EventQueue, CloseDropsEverythingAndWakesReaders) {
  auto queue = EventQueue::create(2).value();
  std::thread reader([&] { EXPECT_EQ(code_of(*queue, milliseconds(-1)), StatusCode::kClosed); });
  queue->close();
  reader.join();
  EXPECT_FALSE(queue->try_push(text_event("a")));
  queue->push_terminal(end());
  queue->close();
  EXPECT_TRUE(queue->closed());
  EXPECT_EQ(code_of(*queue), StatusCode::kClosed);
}

TEST(EventQueue, TellsOfRoomOnlyWhenItWasFull) {
  auto queue = EventQueue::create(2).value();
  int calls = 0;
  auto token = queue->add_space_listener(&calls, [&] { ++calls; });
  queue->try_push(text_event("a"));
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  EXPECT_EQ(calls, 0);
  queue->try_push(text_event("b"));
  queue->try_push(text_event("c"));
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  EXPECT_EQ(calls, 1);
  queue->close();
  EXPECT_EQ(calls, 2);
}

TEST(EventQueue, ListenerIsNotCalledOnceItsTokenIsGone) {
  auto queue = EventQueue::create(1).value();
  int first = 0;
  int second = 0;
  auto token = queue->add_space_listener(&first, [&] { ++first; });
  token.reset();
  token = queue->add_space_listener(&first, [&] { ++second; });
  queue->try_push(text_event("a"));
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(EventQueue, AnOwnerIsCalledOnceHoweverManyTokensItHas) {
  auto queue = EventQueue::create(1).value();
  int mine = 0;
  int others = 0;
  std::vector<std::shared_ptr<void>> tokens;
  for (int i = 0; i < 3; ++i) tokens.push_back(queue->add_space_listener(&mine, [&] { ++mine; }));
  const auto other = queue->add_space_listener(&others, [&] { ++others; });
  const auto make_room = [&] {
    queue->try_push(text_event("a"));
    ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  };
  make_room();
  EXPECT_EQ(mine, 1);
  EXPECT_EQ(others, 1);
  tokens.resize(1);
  make_room();
  EXPECT_EQ(mine, 2) << "as long as one token is left";
  tokens.clear();
  make_room();
  EXPECT_EQ(mine, 2);
  EXPECT_EQ(others, 3);
}

TEST(EventQueue, TakesTheFirstOfSeveralEventsAndLeavesTheRest) {
  auto queue = EventQueue::create(2).value();
  EventQueue::Slots events;
  for (const char* text : {"a", "b", "c"}) events.push_back(text_event(text));
  EXPECT_EQ(queue->room(), 2U);
  EXPECT_EQ(queue->try_push(events), 2U);
  EXPECT_EQ(queue->room(), 0U);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().text, "c");
  EXPECT_EQ(queue->try_push(events), 0U);
  EXPECT_EQ(queue->next(milliseconds(0))->text, "a");
  EXPECT_EQ(queue->next(milliseconds(0))->text, "b");
  queue->close();
  EXPECT_EQ(queue->try_push(events), 0U);
  EXPECT_EQ(queue->room(), 0U);
  EXPECT_EQ(events.front().text, "c");
}

TEST(EventQueue, GivesSeveralEventsAtOnceInTheirOrder) {
  auto queue = EventQueue::create(3).value();
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(queue->try_push(text_event(text)));
  int calls = 0;
  const auto token = queue->add_space_listener(&calls, [&] { ++calls; });
  EventQueue::Slots taken;
  ASSERT_EQ(queue->take(milliseconds(0), 2, taken), EventQueue::News::kEvent);
  EXPECT_EQ(calls, 1) << "one push of room, one ring";
  ASSERT_EQ(queue->take(milliseconds(0), 5, taken), EventQueue::News::kEvent);
  std::string text;
  for (const Event& event : taken) text += event.text;
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(queue->size(), 0U);
  EXPECT_EQ(queue->take(milliseconds(0), 5, taken), EventQueue::News::kTimeout);
}

TEST(EventQueue, TakingManyCountsTheEndsAmongThem) {
  auto queue = EventQueue::create(1).value();
  for (std::size_t i = 0; i < EventQueue::kMaxEnds; ++i) queue->push_terminal(end());
  EventQueue::Slots taken;
  ASSERT_EQ(queue->take(milliseconds(0), EventQueue::kMaxEnds, taken), EventQueue::News::kEvent);
  for (std::size_t i = 0; i < EventQueue::kMaxEnds; ++i) {
    ASSERT_TRUE(queue->check_room_for_request().ok());
    queue->push_terminal(end());
  }
  EXPECT_EQ(queue->check_room_for_request().code(), StatusCode::kBusy);
}

TEST(EventQueue, OnePushOfManyWakesEveryReaderThatItHasAnEventFor) {
  constexpr int kReaders = 4;
  auto queue = EventQueue::create(kReaders).value();
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] { EXPECT_TRUE(queue->next(std::chrono::seconds(60)).ok()); });
  }
  std::this_thread::sleep_for(milliseconds(20));  // so that most of them sleep
  EventQueue::Slots events(kReaders, text_event("x"));
  EXPECT_EQ(queue->try_push(events), std::size_t{kReaders});
  for (auto& reader : readers) reader.join();
}

TEST(EventQueue, ADescriptorAskedForLateSaysWhatWaits) {
  auto queue = EventQueue::create(2).value();
  queue->try_push(text_event("a"));
  EXPECT_TRUE(readable(*queue)) << "the event was there before anybody had the descriptor";
  ASSERT_TRUE(queue->next(milliseconds(0)).ok());
  EXPECT_FALSE(readable(*queue));
  auto closed = EventQueue::create(2).value();
  closed->close();
  EXPECT_TRUE(readable(*closed));
}

TEST(EventQueue, ADescriptorAskedForWhileEventsComeAndGoMissesNone) {
  for (int round = 0; round < 200; ++round) {
    auto queue = EventQueue::create(2).value();
    std::thread writer([&] { queue->try_push(text_event("a")); });
    pollfd descriptor{queue->fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&descriptor, 1, 60'000), 1);
    ASSERT_TRUE(queue->next(milliseconds(0)).ok());
    EXPECT_FALSE(readable(*queue));
    writer.join();
  }
}

TEST(EventQueue, ListenerMayUseTheQueueAndTakeItselfAway) {
  auto queue = EventQueue::create(1).value();
  std::shared_ptr<void> token;
  token = queue->add_space_listener(&token, [&] {
    EXPECT_TRUE(queue->try_push(text_event("more")));
    token.reset();
  });
  queue->try_push(text_event("a"));
  EXPECT_EQ(queue->next(milliseconds(0))->text, "a");
  EXPECT_EQ(queue->next(milliseconds(0))->text, "more");
}

TEST(EventQueue, TokenMayOutliveTheQueue) {
  std::shared_ptr<void> token;
  {
    auto queue = EventQueue::create(1).value();
    token = queue->add_space_listener(&token, [] {});
  }
  token.reset();
}

TEST(EventQueue, ManyWritersAndReadersLoseNothing) {
  constexpr int kPerWriter = 2000;
  auto queue = EventQueue::create(4).value();
  std::atomic<int> read{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (queue->next(milliseconds(-1)).ok()) {
        if (++read == 2 * kPerWriter) queue->close();
      }
    });
    threads.emplace_back([&] {
      for (int pushed = 0; pushed < kPerWriter;) {
        if (queue->try_push(text_event("x"))) {
          ++pushed;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read, 2 * kPerWriter);
}

}  // namespace
}  // namespace arges::sdk
