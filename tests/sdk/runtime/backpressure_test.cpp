// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

TEST(Backpressure, ASlowReaderPausesOnlyItself) {
  ScriptedEngine engine({.script = always(std::string(200, 'x'))});
  auto slow = engine.session();
  auto slow_queue = make_queue(2);
  ASSERT_TRUE(slow->generate({user("slow")}, {}, slow_queue, 1).ok());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*engine.session(), {user("hi")}).text.size(), 200U);
  const auto transcript = read_all(*slow_queue);
  EXPECT_EQ(transcript.text, std::string(200, 'x')) << "it lost nothing by waiting";
  EXPECT_EQ(transcript.last().type, EventType::kDone);
}

TEST(Backpressure, APausedRequestTakesNoSteps) {
  ScriptedEngine engine({.script = always(std::string(200, 'x'))});
  auto slow = engine.session();
  auto queue = make_queue(2);
  ASSERT_TRUE(slow->generate({user("slow")}, {}, queue, 1).ok());
  ask(*engine.session(), {user("hi")});  // 200 steps in which the slow one could have taken part
  std::size_t shared = 0;
  for (const auto& step : engine.model->steps()) shared += step.size() > 1 ? 1 : 0;
  EXPECT_LE(shared, 5U);
  EXPECT_EQ(read_all(*queue).text.size(), 200U);
}

TEST(Backpressure, ManyRequestsShareASmallQueue) {
  constexpr std::uint64_t kRequests = 8;
  ScriptedEngine engine({.script = always(std::string(50, 'x'))});
  auto queue = make_queue(2);
  std::vector<std::shared_ptr<Session>> sessions;
  for (std::uint64_t tag = 0; tag < kRequests; ++tag) {
    sessions.push_back(engine.session());
    ASSERT_TRUE(sessions.back()->generate({user("hi")}, {}, queue, tag).ok());
  }
  std::vector<std::size_t> text(kRequests);
  std::vector<int> ends(kRequests);
  for (std::uint64_t ended = 0; ended < kRequests;) {
    const auto event = queue->next(std::chrono::milliseconds(-1)).value();
    EXPECT_EQ(ends[event.tag], 0) << "nothing comes after the end";
    text[event.tag] += event.text.size();
    if (!is_terminal(event.type)) continue;
    EXPECT_EQ(event.type, EventType::kDone);
    ++ends[event.tag];
    ++ended;
  }
  EXPECT_EQ(text, std::vector<std::size_t>(kRequests, 50));
}

// Pieces that each request has been given when one has been given `pieces` more than at first, by
// a reader who takes its time.
std::vector<int> read_until(EventQueue& queue, std::size_t requests, int pieces) {
  std::vector<int> given(requests);
  std::size_t heard = 0;  // of so many something has come
  int most = 0;
  while (most < pieces) {
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    const auto event = queue.next(std::chrono::milliseconds(-1)).value();
    if (event.type != EventType::kText) continue;
    int& mine = given[event.tag];
    if (mine++ == 0 && ++heard == requests) given.assign(requests, 1);
    if (heard == requests) most = std::max(most, mine);
  }
  return given;
}

TEST(Backpressure, NoWriterOfAQueueGetsMoreThanTwiceWhatAnotherGets) {
  for (const std::size_t requests : {4U, 16U}) {
    for (const std::size_t capacity : {1U, 3U}) {
      ScriptedEngine engine({.script = always(std::string(2000, 'x'))});
      auto queue = make_queue(capacity);
      std::vector<std::shared_ptr<Session>> sessions;
      GenerateOptions options;
      options.max_tokens = 2000;
      for (std::uint64_t tag = 0; tag < requests; ++tag) {
        sessions.push_back(engine.session());
        ASSERT_TRUE(sessions.back()->generate({user("hi")}, options, queue, tag).ok());
      }
      for (const int given : read_until(*queue, requests, 40)) {
        EXPECT_GE(2 * given, 40) << "of " << requests << " over " << capacity;
      }
    }
  }
}

TEST(Backpressure, AnEventLoopCanDriveAConversation) {
  ScriptedEngine engine({.script = always("through poll")});
  auto session = engine.session();
  auto queue = make_queue(2);
  ASSERT_TRUE(session->generate({user("hi")}, {}, queue, 1).ok());
  std::string text;
  for (bool ended = false; !ended;) {
    pollfd descriptor{queue->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&descriptor, 1, -1), 1);
    const auto event = queue->next(std::chrono::milliseconds(0));
    ASSERT_TRUE(event.ok());
    text += event->text;
    ended = is_terminal(event->type);
  }
  EXPECT_EQ(text, "through poll");
}

}  // namespace
}  // namespace arges::sdk::testing
