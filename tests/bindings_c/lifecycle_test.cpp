// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>
#include <vector>

#include "bindings_c/src/engine_handle.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

constexpr char kAnswer[] = "still here";

// Handles of one conversation, given back by the test in an order of its choice.
struct Handles {
  explicit Handles(std::shared_ptr<sdk::ScriptedModel> model) : engine(open_engine(model)) {
    static const unsigned char kPixels[12] = {};
    EXPECT_EQ(arges_session_create(engine, &session), ARGES_OK);
    EXPECT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
    EXPECT_EQ(arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, &image), ARGES_OK);
    message = text_message("hello");
    EXPECT_EQ(arges_message_add_image(message, image), ARGES_OK);
    EXPECT_EQ(arges_generate(session, &message, 1, nullptr, queue, 1, &request), ARGES_OK);
  }
  void give_back(int which) {
    switch (which) {
      case 0:
        return arges_engine_close(engine);
      case 1:
        return arges_session_close(session);
      case 2:
        return arges_queue_close(queue);
      case 3:
        return arges_image_free(image);
      case 4:
        return arges_message_free(message);
      default:
        return arges_request_free(request);
    }
  }

  arges_engine* engine;
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_image* image = nullptr;
  arges_message* message = nullptr;
  arges_request* request = nullptr;
};

TEST(Lifecycle, HandlesGoInAnyOrderWhileARequestRuns) {
  std::array<int, 6> order = {0, 1, 2, 3, 4, 5};
  do {
    auto model = scripted_model(kAnswer);
    Handles handles(model);
    for (const int which : order) handles.give_back(which);
    EXPECT_TRUE(model->comes_to_live_sequences(0));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Lifecycle, SessionsOfAClosedEngineAnswerClosed) {
  auto model = scripted_model(kAnswer);
  Handles handles(model);
  read_answer(handles.queue, 1);
  arges_engine_close(handles.engine);
  EXPECT_EQ(submit(handles.session, "hello?", handles.queue, 2), ARGES_CLOSED);
  EXPECT_EQ(arges_request_cancel(handles.request), ARGES_OK);
  std::uint64_t tokens = 0;
  EXPECT_EQ(arges_session_token_count(handles.session, &tokens), ARGES_OK);
  for (int which = 1; which < 6; ++which) handles.give_back(which);
}

// How long it takes: tests/bench/latency.cpp.
TEST(Lifecycle, AnEngineWithAThousandLiveSessionsCloses) {
  auto model = scripted_model(std::string(3000, 'x'));
  arges_engine* engine = open_engine(model);
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  std::vector<arges_session*> sessions(1000);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    ASSERT_EQ(arges_session_create(engine, &sessions[i]), ARGES_OK);
    ASSERT_EQ(submit(sessions[i], "hello", queue, i), ARGES_OK);
  }
  arges_engine_close(engine);
  std::vector<int> ends(sessions.size());
  arges_event event;
  arges_event_init(&event, sizeof event);
  while (arges_queue_next(queue, 0, &event) == ARGES_OK) {
    if (event.type >= ARGES_EVENT_DONE) ++ends[event.tag];
  }
  arges_event_clear(&event);
  EXPECT_EQ(ends, std::vector<int>(sessions.size(), 1)) << "the ends are there when it returns";
  EXPECT_EQ(model->live_sequences(), 0);
  for (arges_session* session : sessions) arges_session_close(session);
  arges_queue_close(queue);
}

TEST(Lifecycle, AnEngineIsClosedWhenItsCloseReturnsWhoeverElseIsInsideACall) {
  auto model = scripted_model(kAnswer);
  const std::shared_ptr<sdk::Engine> inside = sdk::Engine::create(model, {}).value();
  arges_engine* engine = bindings::wrap_engine(inside);  // held as a call on it holds it
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_session_create(engine, &session), ARGES_OK);
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  arges_engine_close(engine);
  EXPECT_EQ(submit(session, "hello?", queue, 2), ARGES_CLOSED);
  EXPECT_NE(read_answer(queue, 1).end, 0u);
  EXPECT_EQ(model->live_sequences(), 0);
  EXPECT_EQ(inside->create_session().status().code(), StatusCode::kClosed);
  arges_session_close(session);
  arges_queue_close(queue);
}

TEST(Lifecycle, ClosingTheEngineEndsARunningRequest) {
  auto model = scripted_model(std::string(200, 'x'));
  model->step_gate().shut();
  Handles handles(model);
  model->step_gate().wait_until_held();
  std::thread opener([&] { model->step_gate().open(); });
  arges_engine_close(handles.engine);
  opener.join();
  EXPECT_NE(read_answer(handles.queue, 1).end, 0u);
  for (int which = 1; which < 6; ++which) handles.give_back(which);
}

TEST(Lifecycle, ClosingASessionQueuesTheTerminalEventFirst) {
  auto model = scripted_model(std::string(200, 'x'));
  model->step_gate().shut();
  Handles handles(model);
  model->step_gate().wait_until_held();
  std::thread opener([&] { model->step_gate().open(); });
  arges_session_close(handles.session);
  opener.join();
  arges_event event;
  arges_event_init(&event, sizeof event);
  std::uint32_t last = 0;
  while (arges_queue_next(handles.queue, 0, &event) == ARGES_OK) last = event.type;
  EXPECT_GE(last, ARGES_EVENT_DONE);
  arges_event_clear(&event);
  for (const int which : {0, 2, 3, 4, 5}) handles.give_back(which);
}

TEST(Lifecycle, ClosingAQueueCancelsWhatWritesToIt) {
  auto model = scripted_model(std::string(3000, 'x'));
  arges_engine* engine = open_engine(model);
  arges_session* session = nullptr;
  ASSERT_EQ(arges_session_create(engine, &session), ARGES_OK);
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.capacity = 1;  // the answer cannot end while nobody reads
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_queue_create(&options, &queue), ARGES_OK);
  ASSERT_EQ(submit(session, "hello", queue, 1), ARGES_OK);
  arges_queue_close(queue);
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  arges_status status = ARGES_BUSY;
  while (status == ARGES_BUSY) {
    status = submit(session, "hello", queue, 2);
    std::this_thread::yield();
  }
  EXPECT_EQ(status, ARGES_OK);
  EXPECT_NE(read_answer(queue, 2).end, 0u);
  arges_session_close(session);
  arges_queue_close(queue);
  arges_engine_close(engine);
}

TEST(Lifecycle, ClosingAQueueWakesItsReaders) {
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  std::vector<std::thread> readers;
  std::array<arges_status, 3> answers = {};
  for (arges_status& answer : answers) {
    readers.emplace_back([queue, &answer] {
      arges_event event;
      arges_event_init(&event, sizeof event);
      answer = arges_queue_next(queue, -1, &event);
    });
  }
  arges_queue_close(queue);
  for (std::thread& reader : readers) reader.join();
  // A reader that had not begun to wait finds no queue any more.
  for (const arges_status answer : answers) {
    EXPECT_TRUE(answer == ARGES_CLOSED || answer == ARGES_INVALID_ARGUMENT) << answer;
  }
}

}  // namespace
}  // namespace arges::bindings_test
