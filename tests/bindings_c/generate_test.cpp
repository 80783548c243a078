// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

constexpr char kAnswer[] = "eleven euros";

class Generate : public testing::Test {
 protected:
  Generate() : model(scripted_model(kAnswer)), engine(open_engine(model)), world(engine) {}
  ~Generate() override {
    model->step_gate().open();
    arges_engine_close(engine);
  }

  arges_status start(arges_session* session, std::uint64_t tag, arges_request** out) {
    return arges_generate(session, &world.message, 1, nullptr, world.queue, tag, out);
  }
  std::uint64_t tokens() const {
    std::uint64_t count = 0;
    EXPECT_EQ(arges_session_token_count(world.session, &count), ARGES_OK);
    return count;
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges_engine* engine;
  World world;
};

TEST_F(Generate, StreamsTheAnswerAndEndsOnce) {
  const std::uint64_t before = tokens();
  ASSERT_EQ(submit(world.session, "how much?", world.queue, 9), ARGES_OK);
  const Answer answer = read_answer(world.queue, 9);
  EXPECT_EQ(answer.end, ARGES_EVENT_DONE);
  EXPECT_EQ(answer.status, ARGES_OK);
  EXPECT_EQ(answer.finish_reason, ARGES_FINISH_STOP);
  EXPECT_EQ(answer.text, kAnswer);
  EXPECT_GT(tokens(), before);
  arges_event event;
  arges_event_init(&event, sizeof event);
  EXPECT_EQ(arges_queue_next(world.queue, 0, &event), ARGES_TIMEOUT);
}

TEST_F(Generate, KeepsToItsOptions) {
  const arges_text stop = {"euro", 4};
  arges_generate_options options;
  ASSERT_EQ(arges_generate_options_init(&options, sizeof options), ARGES_OK);
  options.stop_strings = &stop;
  options.stop_string_count = 1;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, &options, world.queue, 2, &request),
            ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 2).text, "eleven ");
  arges_request_free(request);
  options.stop_string_count = 0;
  options.max_tokens = 3;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, &options, world.queue, 3, &request),
            ARGES_OK);
  const Answer answer = read_answer(world.queue, 3);
  EXPECT_EQ(answer.text, "ele");
  EXPECT_EQ(answer.finish_reason, ARGES_FINISH_LENGTH);
  EXPECT_EQ(answer.generated_tokens, 3u);
  arges_request_free(request);
}

TEST_F(Generate, AZeroedOptionsStructMeansTheDefaults) {
  arges_generate_options options = {};
  options.struct_size = sizeof options;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, &options, world.queue, 2, &request),
            ARGES_OK)
      << arges_last_error_message();
  EXPECT_EQ(read_answer(world.queue, 2).text, kAnswer);
  arges_request_free(request);
  arges_queue_options queue_options = {};
  queue_options.struct_size = sizeof queue_options;
  arges_queue* queue = nullptr;
  EXPECT_EQ(arges_queue_create(&queue_options, &queue), ARGES_OK);
  arges_queue_close(queue);
}

TEST_F(Generate, TakesPicturesInAnyTurn) {
  for (std::uint64_t tag = 10; tag < 13; ++tag) {
    ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
    arges_request* request = nullptr;
    ASSERT_EQ(start(world.session, tag, &request), ARGES_OK);
    EXPECT_EQ(read_answer(world.queue, tag).end, ARGES_EVENT_DONE);
    arges_request_free(request);
  }
}

TEST_F(Generate, ASecondRequestOfASessionIsBusy) {
  model->step_gate().shut();
  arges_request* first = nullptr;
  arges_request* second = nullptr;
  ASSERT_EQ(start(world.session, 2, &first), ARGES_OK);
  EXPECT_EQ(start(world.session, 3, &second), ARGES_BUSY);
  EXPECT_EQ(second, nullptr);
  model->step_gate().open();
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
  arges_request_free(first);
}

TEST_F(Generate, CancelRollsTheSessionBack) {
  const std::uint64_t before = tokens();
  model->step_gate().shut();
  arges_request* request = nullptr;
  ASSERT_EQ(start(world.session, 2, &request), ARGES_OK);
  model->step_gate().wait_until_held();
  EXPECT_EQ(arges_request_cancel(request), ARGES_OK);
  EXPECT_EQ(arges_request_cancel(request), ARGES_OK);
  model->step_gate().open();
  const Answer answer = read_answer(world.queue, 2);
  EXPECT_EQ(answer.end, ARGES_EVENT_CANCELLED);
  EXPECT_EQ(answer.status, ARGES_CANCELLED);
  EXPECT_EQ(tokens(), before);
  EXPECT_EQ(arges_request_cancel(request), ARGES_OK);
  arges_request_free(request);
  EXPECT_EQ(submit(world.session, "again", world.queue, 3), ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 3).text, kAnswer);
}

TEST_F(Generate, ADeadlineEndsTheRequestWithItsOwnCode) {
  model->step_gate().shut();
  arges_generate_options options;
  ASSERT_EQ(arges_generate_options_init(&options, sizeof options), ARGES_OK);
  options.deadline_ms = 1;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, &options, world.queue, 2, &request),
            ARGES_OK);
  pollfd waiting = {arges_queue_fd(world.queue), POLLIN, 0};
  poll(&waiting, 1, 50);  // either the end is there, or the deadline has surely passed
  model->step_gate().open();
  const Answer answer = read_answer(world.queue, 2);
  EXPECT_EQ(answer.end, ARGES_EVENT_CANCELLED);
  EXPECT_EQ(answer.status, ARGES_DEADLINE);
  arges_request_free(request);
}

TEST_F(Generate, AFailureOfTheModelIsToldAndTheNextRequestIsAnswered) {
  model->step_fault().fail_after(0, {StatusCode::kOutOfMemoryHost, "no memory for the step"});
  ASSERT_EQ(submit(world.session, "how much?", world.queue, 2), ARGES_OK);
  const Answer answer = read_answer(world.queue, 2);
  EXPECT_EQ(answer.end, ARGES_EVENT_FAILED);
  EXPECT_EQ(answer.status, ARGES_OUT_OF_MEMORY_HOST);
  EXPECT_EQ(answer.reason, "no memory for the step");
  EXPECT_EQ(submit(world.session, "how much?", world.queue, 3), ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 3).text, kAnswer);
}

TEST_F(Generate, APromptOverTheContextFailsWithContextFull) {
  ASSERT_EQ(submit(world.session, std::string(5000, 'x'), world.queue, 2), ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 2).status, ARGES_CONTEXT_FULL);
  EXPECT_EQ(submit(world.session, "shorter", world.queue, 3), ARGES_OK);
  EXPECT_EQ(read_answer(world.queue, 3).text, kAnswer);
}

TEST_F(Generate, TheDescriptorIsReadableWhileEventsWait) {
  pollfd waiting = {arges_queue_fd(world.queue), POLLIN, 0};
  ASSERT_GE(waiting.fd, 0);
  EXPECT_EQ(poll(&waiting, 1, 0), 0);
  ASSERT_EQ(submit(world.session, "how much?", world.queue, 2), ARGES_OK);
  EXPECT_EQ(poll(&waiting, 1, 60'000), 1);
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
  EXPECT_EQ(poll(&waiting, 1, 0), 0);
}

TEST_F(Generate, AnEventStructMayBeClearedTwiceAndCopied) {
  ASSERT_EQ(submit(world.session, "how much?", world.queue, 2), ARGES_OK);
  arges_event event;
  arges_event_init(&event, sizeof event);
  do {
    ASSERT_EQ(arges_queue_next(world.queue, 60'000, &event), ARGES_OK);
  } while (event.type != ARGES_EVENT_TEXT);
  arges_event copy = event;
  arges_event_clear(&event);
  EXPECT_EQ(event.text, nullptr);
  arges_event_clear(&event);
  arges_event_clear(&copy);
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
}

TEST_F(Generate, ModelAndPictureAreDescribed) {
  arges_model_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(arges_engine_model_info(engine, &info), ARGES_OK);
  EXPECT_EQ(info.supports_images, 1u);
  EXPECT_EQ(info.max_context, 4096u);
  EXPECT_EQ(info.vocab_size, 262u);
  arges_image_plan plan{};
  plan.struct_size = sizeof plan;
  ASSERT_EQ(arges_image_plan_for_size(engine, 20, 10, &plan), ARGES_OK);
  EXPECT_EQ(plan.tokens, 11u);
  EXPECT_EQ(plan.kv_bytes, 11 * info.kv_bytes_per_token);
}

}  // namespace
}  // namespace arges::bindings_test
