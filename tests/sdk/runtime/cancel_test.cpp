// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

std::shared_ptr<Request> start(Session& session, std::vector<Message> messages,
                               std::shared_ptr<EventQueue> queue, GenerateOptions options = {}) {
  return session.generate(std::move(messages), std::move(options), std::move(queue), 1).value();
}

void expect_cancelled(const Transcript& transcript, StatusCode code = StatusCode::kCancelled) {
  EXPECT_EQ(transcript.last().type, EventType::kCancelled);
  EXPECT_EQ(transcript.last().status.code(), code);
}

// What the next answer is, and how many tokens are held before it. Equal to those of a session
// that was never interrupted, if nothing was left behind.
void expect_untouched(Session& session, std::int64_t tokens) {
  EXPECT_EQ(session.token_count(), tokens);
  ScriptedEngine reference;
  auto other = reference.session();
  ask(*other, {user("first")});
  EXPECT_EQ(ask(session, {user("next")}).text, ask(*other, {user("next")}).text);
}

TEST(Cancel, InPrefillTakesEffectWithinOneChunk) {
  EngineOptions options;
  options.prefill_chunk = 8;
  ScriptedEngine engine({}, options);
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  const auto steps = engine.model->steps().size();
  engine.model->step_gate().shut();
  auto queue = make_queue();
  auto request = start(*session, {user(std::string(1000, 'x'))}, queue);
  engine.model->step_gate().let(3);
  engine.model->step_gate().wait_until_held();
  request->cancel();
  engine.model->step_gate().open();
  expect_cancelled(read_all(*queue));
  EXPECT_EQ(engine.model->steps().size(), steps + 4) << "the step that was held, and no other";
  EXPECT_TRUE(request->finished());
  expect_untouched(*session, tokens);
}

TEST(Cancel, InDecodeRollsBack) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  engine.model->step_gate().shut();
  auto queue = make_queue();
  auto request = start(*session, {user("second")}, queue);
  engine.model->step_gate().let(5);
  engine.model->step_gate().wait_until_held();
  request->cancel();
  engine.model->step_gate().open();
  const auto transcript = read_all(*queue);
  expect_cancelled(transcript);
  EXPECT_GT(transcript.text.size(), 0U);
  EXPECT_TRUE(engine.model->comes_to_live_sequences(1));
  expect_untouched(*session, tokens);
}

TEST(Cancel, OfASessionsFirstRequestLeavesItEmpty) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->step_gate().shut();
  auto queue = make_queue();
  auto request = start(*session, {user("lost")}, queue);
  engine.model->step_gate().wait_until_held();
  request->cancel();
  engine.model->step_gate().open();
  expect_cancelled(read_all(*queue));
  EXPECT_EQ(session->token_count(), 0);
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
  EXPECT_EQ(ask(*session, {user("x")}).text, ask(*engine.session(), {user("x")}).text);
}

TEST(Cancel, DuringAPictureNeedsNoMoreTiles) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->tile_gate().shut();
  auto queue = make_queue();
  auto request = start(*session, {{language::Role::kUser, {make_image(1, 1)}}}, queue);
  engine.model->tile_gate().wait_until_held();
  request->cancel();
  expect_cancelled(read_all(*queue));  // the tile is still held
  EXPECT_EQ(ask(*session, {user("x")}).last().type, EventType::kDone);
  engine.model->tile_gate().open();
  engine.engine.reset();
  EXPECT_EQ(engine.model->tile_gate().passed(), 1);
}

TEST(Cancel, OfManyRequestsDuringOnePictureKeepsNothingOfThem) {
  ScriptedEngine engine;
  engine.model->tile_gate().shut();
  auto first = engine.session();
  auto first_queue = make_queue();
  start(*first, {{language::Role::kUser, {make_image(1, 1)}}}, first_queue);
  engine.model->tile_gate().wait_until_held();  // from now on no other picture is begun
  auto session = engine.session();
  std::vector<std::weak_ptr<const vision::Image>> pictures;
  for (int i = 0; i < 100; ++i) {
    auto picture = make_image(1, 1);
    pictures.push_back(picture);
    auto queue = make_queue();
    auto request = start(*session, {{language::Role::kUser, {std::move(picture)}}}, queue);
    if (i % 2 == 0) std::this_thread::yield();
    request->cancel();
    expect_cancelled(read_all(*queue));
  }
  // What the text thread had in hand at a cancel goes when it puts it down.
  for (const auto& picture : pictures) {
    while (!picture.expired()) std::this_thread::yield();
  }
  engine.model->tile_gate().open();
  EXPECT_EQ(read_all(*first_queue).last().type, EventType::kDone);
}

TEST(Cancel, BeforeTheLastStepEndsIsNotOverruledByIt) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->step_gate().shut();
  GenerateOptions options;
  options.max_tokens = 1;
  auto queue = make_queue();
  auto request = start(*session, {user("hi")}, queue, options);
  engine.model->step_gate().wait_until_held();
  request->cancel();
  engine.model->step_gate().open();
  expect_cancelled(read_all(*queue));
  EXPECT_EQ(session->token_count(), 0);
}

TEST(Cancel, RacingWithTheEndGivesOneOfTheTwo) {
  ScriptedEngine engine;
  auto session = engine.session();
  auto queue = make_queue();
  for (int i = 0; i < 500; ++i) {
    GenerateOptions options;
    options.max_tokens = 1 + i % 3;
    const auto held = session->token_count();
    auto request = start(*session, {user("x")}, queue, options);
    std::thread canceller([&] { request->cancel(); });
    const auto last = read_all(*queue).last();
    EXPECT_EQ(last.type == EventType::kDone, session->token_count() > held);
    canceller.join();
    ASSERT_EQ(queue->next(std::chrono::milliseconds(0)).status().code(), StatusCode::kTimeout);
    if (session->token_count() > 3000) session = engine.session();
  }
}

TEST(Cancel, AfterTheEndDoesNothing) {
  ScriptedEngine engine;
  auto session = engine.session();
  auto queue = make_queue();
  auto request = start(*session, {user("hi")}, queue);
  EXPECT_EQ(read_all(*queue).last().type, EventType::kDone);
  const auto tokens = session->token_count();
  request->cancel();
  EXPECT_EQ(ask(*session, {user("so")}).last().type, EventType::kDone);
  EXPECT_GT(session->token_count(), tokens);
  EXPECT_EQ(queue->next(std::chrono::milliseconds(0)).status().code(), StatusCode::kTimeout);
}

TEST(Cancel, WhileTheQueueIsFullStillBringsTheEnd) {
  ScriptedEngine engine({.script = always("a long answer")});
  auto session = engine.session();
  auto queue = make_queue(1);
  ASSERT_TRUE(queue->try_push({}));
  auto request = start(*session, {user("hi")}, queue);
  while (engine.model->steps().empty()) std::this_thread::yield();
  request->cancel();
  expect_cancelled(read_all(*queue));
}

TEST(Cancel, DroppingTheHandleIsNotACancel) {
  ScriptedEngine engine;
  auto session = engine.session();
  auto queue = make_queue();
  start(*session, {user("hi")}, queue).reset();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kDone);
}

TEST(Deadline, PassesInsideAStep) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  engine.model->step_gate().shut();
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds(20);
  auto queue = make_queue();
  start(*session, {user("second")}, queue, options);
  engine.model->step_gate().wait_until_held();
  EXPECT_FALSE(queue->next(std::chrono::milliseconds(40)).ok());
  engine.model->step_gate().open();
  expect_cancelled(read_all(*queue), StatusCode::kDeadline);
  expect_untouched(*session, tokens);
}

TEST(Deadline, WakesAnEngineThatHasNothingElseToDo) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->tile_gate().shut();
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds(5);
  auto queue = make_queue();
  start(*session, {{language::Role::kUser, {make_image(1, 1)}}}, queue, options);
  expect_cancelled(read_all(*queue), StatusCode::kDeadline);
  engine.model->tile_gate().open();
}

TEST(Deadline, OfARequestWhoseReaderIsSlow) {
  ScriptedEngine engine({.script = always(std::string(100, 'x'))});
  auto session = engine.session();
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds(30);
  auto queue = make_queue(1);
  auto request = start(*session, {user("hi")}, queue, options);
  while (!request->finished()) std::this_thread::yield();
  expect_cancelled(read_all(*queue), StatusCode::kDeadline);
}

TEST(Deadline, BeyondTheClockIsNone) {
  ScriptedEngine engine;
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds::max();
  EXPECT_EQ(ask(*engine.session(), {user("hi")}, options).last().type, EventType::kDone);
}

TEST(Close, QueuesTheTerminalEventBeforeItReturns) {
  ScriptedEngine engine({.script = always(std::string(1000, 'x'))});
  auto session = engine.session();
  auto queue = make_queue(4096);
  start(*session, {user("hi")}, queue);
  session->close();
  Event last;
  for (;;) {
    auto event = queue->next(std::chrono::milliseconds(0));
    if (!event.ok()) break;
    EXPECT_FALSE(is_terminal(last.type)) << "nothing comes after the end";
    last = std::move(*event);
  }
  EXPECT_TRUE(is_terminal(last.type));
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

TEST(Close, OfTheQueueCancelsItsRequests) {
  ScriptedEngine engine({.script = always(std::string(1000, 'x'))});
  auto session = engine.session();
  auto queue = make_queue(1);
  auto request = start(*session, {user("hi")}, queue);
  queue->close();
  while (!request->finished()) std::this_thread::yield();
  EXPECT_EQ(session->token_count(), 0);
  EXPECT_EQ(ask(*session, {user("hi")}).last().type, EventType::kDone);
}

}  // namespace
}  // namespace arges::sdk::testing
