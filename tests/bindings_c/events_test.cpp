// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "sdk/runtime/event.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

TEST(EventNumbers, AreTheSdks) {
  EXPECT_EQ(ARGES_EVENT_PROGRESS, static_cast<std::uint32_t>(sdk::EventType::kProgress));
  EXPECT_EQ(ARGES_EVENT_TEXT, static_cast<std::uint32_t>(sdk::EventType::kText));
  EXPECT_EQ(ARGES_EVENT_DONE, static_cast<std::uint32_t>(sdk::EventType::kDone));
  EXPECT_EQ(ARGES_EVENT_CANCELLED, static_cast<std::uint32_t>(sdk::EventType::kCancelled));
  EXPECT_EQ(ARGES_EVENT_FAILED, static_cast<std::uint32_t>(sdk::EventType::kFailed));
}

TEST(EventNumbers, LeaveThoseBelow256ToEventsThatEndNothing) {
  for (const std::uint32_t type : {ARGES_EVENT_DONE, ARGES_EVENT_CANCELLED, ARGES_EVENT_FAILED}) {
    EXPECT_GE(type, 256u);
    EXPECT_GE(type, ARGES_EVENT_DONE);
  }
  for (const std::uint32_t type : {ARGES_EVENT_PROGRESS, ARGES_EVENT_TEXT}) EXPECT_LT(type, 256u);
}

// Reads many events a call; the structs know a later version's fields too.
class ManyEvents : public testing::Test {
 protected:
  struct LaterEvent {
    arges_event known;
    unsigned char tail[24];
  };

  ManyEvents() : model(scripted_model("many pieces")), engine(open_engine(model)), world(engine) {
    for (LaterEvent& event : events) {
      EXPECT_EQ(arges_event_init(&event.known, sizeof event), ARGES_OK);
    }
  }
  ~ManyEvents() override {
    for (LaterEvent& event : events) arges_event_clear(&event.known);
    arges_engine_close(engine);
  }
  arges_status next(std::uint64_t capacity, std::uint64_t* count) {
    return arges_queue_next_many(world.queue, 0, &events[0].known, capacity, count);
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges_engine* engine;
  World world;
  LaterEvent events[4];
};

TEST_F(ManyEvents, AreTakenInOrderUpToTheCapacity) {
  ASSERT_EQ(submit(world.session, "hello", world.queue, 2), ARGES_OK);
  std::string text;
  std::uint64_t most = 0;
  std::uint32_t last = 0;
  while (last < ARGES_EVENT_DONE) {
    std::uint64_t count = 0;
    const arges_status status = next(4, &count);
    if (status == ARGES_TIMEOUT) continue;
    ASSERT_EQ(status, ARGES_OK);
    ASSERT_GE(count, 1u);
    ASSERT_LE(count, 4u);
    most = std::max(most, count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const arges_event& event = events[i].known;
      EXPECT_EQ(event.tag, 2u);
      EXPECT_LT(last, ARGES_EVENT_DONE) << "none comes after the end";
      if (event.type == ARGES_EVENT_TEXT) text.append(event.text, event.text_length);
      last = event.type;
    }
  }
  EXPECT_EQ(text, "many pieces");
  std::uint64_t count = 99;
  EXPECT_EQ(next(4, &count), ARGES_TIMEOUT);
  EXPECT_EQ(count, 99u) << "untouched";
}

// Lets an answer of many events wait in the queue.
void fill(World& world) {
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
            ARGES_OK);
  ASSERT_EQ(arges_request_wait(request, 60'000), ARGES_OK);
  arges_request_free(request);
}

TEST_F(ManyEvents, GoUpToTheFirstStructOfAnotherSize) {
  fill(world);
  events[2].known.struct_size = sizeof(arges_event);
  std::uint64_t count = 99;
  ASSERT_EQ(next(4, &count), ARGES_OK);
  EXPECT_EQ(count, 2u);
  EXPECT_EQ(events[2].known.type, 0u) << "untouched";
  EXPECT_EQ(events[2].known.struct_size, sizeof(arges_event));
  events[0].known.struct_size = 1;
  EXPECT_EQ(next(4, &count), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(count, 2u);
}

TEST_F(ManyEvents, AreClearedOneByOne) {
  fill(world);
  std::uint64_t count = 0;
  ASSERT_EQ(next(4, &count), ARGES_OK);
  ASSERT_EQ(count, 4u);
  EXPECT_EQ(events[0].known.type, ARGES_EVENT_PROGRESS);
  ASSERT_EQ(events[1].known.type, ARGES_EVENT_TEXT);
  ASSERT_EQ(events[2].known.type, ARGES_EVENT_TEXT);
  const std::string kept(events[2].known.text, events[2].known.text_length);
  arges_event_clear(&events[1].known);
  EXPECT_EQ(events[1].known.text, nullptr);
  EXPECT_EQ(std::string(events[2].known.text, events[2].known.text_length), kept);
}

// The terminal event of `tag`, its text not kept; others must say nothing of times.
arges_event last_event(arges_queue* queue, std::uint64_t tag) {
  arges_event event;
  arges_event_init(&event, sizeof event);
  while (event.type < ARGES_EVENT_DONE || event.tag != tag) {
    if (arges_queue_next(queue, 60'000, &event) != ARGES_OK) break;
    if (event.type < ARGES_EVENT_DONE) {
      EXPECT_EQ(event.total_us + event.first_token_us, 0u);
    }
  }
  arges_event copy = event;
  arges_event_clear(&event);
  return copy;
}

TEST(EventTimings, OfAnAnswerAddUp) {
  sdk::ScriptedModelOptions options;
  options.script = [](const sdk::History&) { return std::string("ten bytes."); };
  options.step_delay = std::chrono::milliseconds(1);
  arges_engine* engine = open_engine(std::make_shared<sdk::ScriptedModel>(std::move(options)));
  {
    World world(engine);
    ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
    arges_request* request = nullptr;
    ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
              ARGES_OK);
    arges_request_free(request);
    const arges_event end = last_event(world.queue, 2);
    EXPECT_EQ(end.type, ARGES_EVENT_DONE);
    EXPECT_GE(end.prefill_us, 1000u);
    EXPECT_GE(end.first_token_us, end.queued_us + end.text_us + end.images_us + end.prefill_us - 5);
    EXPECT_GE(end.total_us, end.first_token_us + 10'000) << "ten more steps";
  }
  arges_engine_close(engine);
}

TEST(EventTimings, OfARequestThatEndsBeforeItsFirstStepSayHowFarItCame) {
  auto model = scripted_model("never said");
  arges_engine* engine = open_engine(model);
  {
    World world(engine);
    ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
    model->tile_gate().shut();
    arges_request* request = nullptr;
    ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
              ARGES_OK);
    model->tile_gate().wait_until_held();
    EXPECT_EQ(arges_request_cancel(request), ARGES_OK);
    const arges_event end = last_event(world.queue, 2);
    EXPECT_EQ(end.type, ARGES_EVENT_CANCELLED);
    EXPECT_GT(end.total_us, 0u);
    EXPECT_EQ(end.prefill_us, 0u);
    EXPECT_EQ(end.first_token_us, 0u);
    model->tile_gate().open();
    arges_request_free(request);
  }
  arges_engine_close(engine);
}

}  // namespace
}  // namespace arges::bindings_test
