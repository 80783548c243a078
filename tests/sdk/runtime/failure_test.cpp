// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

const Status kDeviceFull(StatusCode::kOutOfMemoryDevice, "the device is full");

void expect_failed(const Transcript& transcript, StatusCode code) {
  EXPECT_EQ(transcript.last().type, EventType::kFailed);
  EXPECT_EQ(transcript.last().status.code(), code);
  EXPECT_FALSE(transcript.last().status.message().empty());
}

// The session is as before, and the engine still answers.
void expect_recovered(ScriptedEngine& engine, Session& session, const std::string& answer) {
  EXPECT_TRUE(engine.model->comes_to_live_sequences(session.token_count() > 0 ? 1 : 0));
  EXPECT_EQ(ask(session, {user("hi")}).text, answer);
}

std::string plain_answer() {
  return ask(*ScriptedEngine().session(), {user("hi")}).text;
}

TEST(Failure, OfAnyStepRestoresTheSession) {
  const std::string expected = plain_answer();
  for (int step = 0; step < 18; ++step) {
    ScriptedEngine engine;
    auto session = engine.session();
    engine.model->step_fault().fail_after(step, kDeviceFull);
    const auto transcript = ask(*session, {user("hi")});
    if (transcript.last().type == EventType::kDone) {
      EXPECT_EQ(step, 17) << "16 letters and the end take 17 steps";
      break;
    }
    expect_failed(transcript, StatusCode::kOutOfMemoryDevice);
    EXPECT_EQ(session->token_count(), 0);
    expect_recovered(engine, *session, expected);
  }
}

TEST(Failure, OfAStepInALaterTurnKeepsTheEarlierOnes) {
  ScriptedEngine reference;
  auto other = reference.session();
  ask(*other, {user("first")});
  const std::string expected = ask(*other, {user("hi")}).text;
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  engine.model->step_fault().fail_after(3, kDeviceFull);
  expect_failed(ask(*session, {user("hi")}), StatusCode::kOutOfMemoryDevice);
  EXPECT_EQ(session->token_count(), tokens);
  expect_recovered(engine, *session, expected);
}

TEST(Failure, ToGrowEndsThatRequestAndNoOtherOfItsBatch) {
  const std::string expected(200, 'a');  // steps enough for the second to join the first
  ScriptedEngine engine({.script = always(expected)});
  auto first = engine.session();
  auto second = engine.session();
  engine.model->step_gate().shut();
  const auto first_queue = make_queue();
  const auto second_queue = make_queue();
  ASSERT_TRUE(first->generate({user("hi")}, {}, first_queue, 1).ok());
  ASSERT_TRUE(second->generate({user("hi")}, {}, second_queue, 2).ok());
  do {
    engine.model->step_gate().let(1);
    engine.model->step_gate().wait_until_held();
  } while (engine.model->steps().back().size() < 2);
  engine.model->reserve_fault().fail_after(0, kDeviceFull);
  engine.model->step_gate().open();
  const auto a = read_all(*first_queue);
  const auto b = read_all(*second_queue);
  const bool first_failed = a.last().type == EventType::kFailed;
  expect_failed(first_failed ? a : b, StatusCode::kOutOfMemoryDevice);
  EXPECT_EQ((first_failed ? b : a).text, expected);
  EXPECT_EQ(ask(first_failed ? *first : *second, {user("hi")}).text, expected);
}

TEST(Failure, OfABatchFailsThoseInItAndNoOther) {
  const std::string expected(200, 'a');  // steps enough for the second to join the first
  ScriptedEngine engine({.script = always(expected)});
  auto first = engine.session();
  auto second = engine.session();
  auto third = engine.session();
  engine.model->tile_gate().shut();
  engine.model->step_gate().shut();
  std::vector<std::shared_ptr<EventQueue>> queues = {make_queue(), make_queue(), make_queue()};
  ASSERT_TRUE(first->generate({user("hi")}, {}, queues[0], 1).ok());
  ASSERT_TRUE(second->generate({user("hi")}, {}, queues[1], 1).ok());
  ASSERT_TRUE(
      third->generate({{language::Role::kUser, {make_image(1, 1)}}}, {}, queues[2], 1).ok());
  engine.model->tile_gate().wait_until_held();  // the third is not in the batch
  do {
    engine.model->step_gate().let(1);
    engine.model->step_gate().wait_until_held();
  } while (engine.model->steps().back().size() < 2);
  engine.model->step_fault().fail_after(0, kDeviceFull);
  engine.model->step_gate().open();
  expect_failed(read_all(*queues[0]), StatusCode::kOutOfMemoryDevice);
  expect_failed(read_all(*queues[1]), StatusCode::kOutOfMemoryDevice);
  engine.model->tile_gate().open();
  EXPECT_EQ(read_all(*queues[2]).last().type, EventType::kDone);
  EXPECT_EQ(ask(*first, {user("hi")}).text, expected);
}

TEST(Failure, OfAnExceptionInAStepIsAnEvent) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->step_fault().throw_after(2);
  expect_failed(ask(*session, {user("hi")}), StatusCode::kOutOfMemoryHost);
  expect_recovered(engine, *session, plain_answer());
}

TEST(Failure, OfAPicture) {
  ScriptedEngine engine;
  auto session = engine.session();
  const Message two = {language::Role::kUser, {make_image(1, 1), make_image(2, 2)}};
  engine.model->encode_fault().fail_after(1, Status(StatusCode::kUnsupported, "cannot see this"));
  expect_failed(ask(*session, {two}), StatusCode::kUnsupported);
  engine.model->encode_fault().throw_after(0);
  expect_failed(ask(*session, {two}), StatusCode::kOutOfMemoryHost);
  EXPECT_TRUE(engine.model->steps().empty());
  expect_recovered(engine, *session, plain_answer());
}

TEST(Failure, OfMakingASequence) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->create_fault().fail_after(0, kDeviceFull);
  expect_failed(ask(*session, {user("hi")}), StatusCode::kOutOfMemoryDevice);
  engine.model->create_fault().throw_after(0);
  expect_failed(ask(*session, {user("hi")}), StatusCode::kOutOfMemoryHost);
  expect_recovered(engine, *session, plain_answer());
}

TEST(Failure, OfCopyingASequence) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  engine.model->clone_fault().fail_after(0, kDeviceFull);
  expect_failed(ask(*session, {user("hi")}), StatusCode::kOutOfMemoryDevice);
  EXPECT_EQ(session->token_count(), tokens);
  EXPECT_EQ(ask(*session, {user("hi")}).last().type, EventType::kDone);
}

TEST(Failure, OfTheScriptItselfIsAnEvent) {
  bool broken = true;
  ScriptedModelOptions options;
  options.script = [&broken](const History&) -> std::string {
    if (broken) throw std::runtime_error("no line");
    return "line";
  };
  ScriptedEngine engine(options);
  auto session = engine.session();
  expect_failed(ask(*session, {user("hi")}), StatusCode::kInternal);
  broken = false;
  expect_recovered(engine, *session, "line");
}

}  // namespace
}  // namespace arges::sdk::testing
