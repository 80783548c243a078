// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

class RequestWait : public testing::Test {
 protected:
  RequestWait() : model(scripted_model("waited for")), engine(open_engine(model)), world(engine) {
    arges_request_free(world.request);
    world.request = nullptr;
  }
  ~RequestWait() override {
    model->step_gate().open();
    arges_engine_close(engine);
  }

  void start(std::uint64_t tag) {
    ASSERT_EQ(
        arges_generate(world.session, &world.message, 1, nullptr, world.queue, tag, &world.request),
        ARGES_OK);
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges_engine* engine;
  World world;
};

TEST_F(RequestWait, EndsWhenTheTerminalEventIsQueuedAndTheSessionIdle) {
  start(2);
  EXPECT_EQ(arges_request_wait(world.request, -1), ARGES_OK);
  EXPECT_EQ(submit(world.session, "next", world.queue, 3), ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
  EXPECT_EQ(arges_request_wait(world.request, 0), ARGES_OK);
}

TEST_F(RequestWait, NeverEndsBeforeTheTerminalEventCanBeTaken) {
  arges_event event;
  arges_event_init(&event, sizeof event);
  for (std::uint64_t tag = 10; tag < 200; ++tag) {
    start(tag);
    ASSERT_EQ(arges_request_wait(world.request, -1), ARGES_OK);
    arges_request_free(world.request);
    world.request = nullptr;
    while (arges_queue_next(world.queue, 0, &event) == ARGES_OK) {
    }
    ASSERT_EQ(event.tag, tag);
    ASSERT_GE(event.type, ARGES_EVENT_DONE);
  }
  arges_event_clear(&event);
}

TEST_F(RequestWait, TimesOutWhileTheRequestRuns) {
  model->step_gate().shut();
  start(2);
  EXPECT_EQ(arges_request_wait(world.request, 0), ARGES_TIMEOUT);
  EXPECT_EQ(arges_request_wait(world.request, 5), ARGES_TIMEOUT);
  std::thread opener([&] { model->step_gate().open(); });
  EXPECT_EQ(arges_request_wait(world.request, 60'000), ARGES_OK);
  opener.join();
}

TEST_F(RequestWait, TellsThatTheSessionIsIdleWhenTheQueueIsGone) {
  model->step_gate().shut();
  start(2);
  model->step_gate().wait_until_held();
  arges_queue_close(world.queue);
  world.queue = nullptr;
  EXPECT_EQ(arges_request_wait(world.request, 0), ARGES_TIMEOUT);
  model->step_gate().open();
  EXPECT_EQ(arges_request_wait(world.request, -1), ARGES_OK);
  ASSERT_EQ(arges_queue_create(nullptr, &world.queue), ARGES_OK);
  EXPECT_EQ(submit(world.session, "next", world.queue, 3), ARGES_OK);
}

TEST_F(RequestWait, EndsWithItsSessionAndItsEngine) {
  start(2);
  arges_session_close(world.session);
  EXPECT_EQ(arges_request_wait(world.request, 0), ARGES_OK);
  arges_engine* other = open_scripted_engine("x");
  arges_session* session = nullptr;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_session_create(other, &session), ARGES_OK);
  ASSERT_EQ(arges_generate(session, &world.message, 1, nullptr, world.queue, 9, &request),
            ARGES_OK);
  arges_engine_close(other);
  EXPECT_EQ(arges_request_wait(request, 0), ARGES_OK);
  arges_request_free(request);
  arges_session_close(session);
}

}  // namespace
}  // namespace arges::bindings_test
