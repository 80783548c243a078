// SPDX-License-Identifier: Apache-2.0
// What would keep the step thread from its steps is done elsewhere.
#include <gtest/gtest.h>

#include <thread>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

TEST(StepThread, StepsGoOnWhileAStateIsCopied) {
  ScriptedEngine engine({.script = always(std::string(2000, 'x'))});
  auto copied = engine.session();
  ask(*copied, {user("first")});
  auto running = engine.session();
  auto reader = make_queue(4096);
  GenerateOptions options;
  options.max_tokens = 2000;
  engine.model->step_gate().shut();
  ASSERT_TRUE(running->generate({user("long")}, options, reader, 1).ok());
  engine.model->step_gate().wait_until_held();
  engine.model->step_gate().let(1);
  engine.model->step_gate().wait_until_held();  // behind its prompt, whose end has been kept
  engine.model->clone_gate().shut();
  auto queue = make_queue();
  ASSERT_TRUE(copied->generate({user("second")}, {}, queue, 2).ok());
  engine.model->clone_gate().wait_until_held();
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*reader).text.size(), 2000U) << "the copy is still held";
  engine.model->clone_gate().open();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kDone);
}

TEST(StepThread, ACancelAndACloseDoNotWaitForACopy) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  engine.model->clone_gate().shut();
  auto queue = make_queue();
  auto request = session->generate({user("second")}, {}, queue, 1).value();
  engine.model->clone_gate().wait_until_held();
  request->cancel();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled);
  session->close();
  EXPECT_EQ(session->token_count(), 0);
  engine.model->clone_gate().open();
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

// Answers drawn at random, each with a seed of its own, from requests that run side by side.
std::vector<std::string> drawn_answers(ScriptedEngine& engine, std::uint64_t requests) {
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<EventQueue>> queues;
  engine.model->step_gate().shut();
  for (std::uint64_t seed = 0; seed < requests; ++seed) {
    GenerateOptions options;
    options.max_tokens = 50;
    options.sampling.temperature = 30.0F;
    options.sampling.top_p = 0.9F;
    options.sampling.seed = seed;
    sessions.push_back(engine.session());
    queues.push_back(make_queue());
    EXPECT_TRUE(sessions.back()->generate({user("hi")}, options, queues.back(), seed).ok());
  }
  engine.model->step_gate().open();
  std::vector<std::string> answers;
  for (auto& queue : queues) answers.push_back(read_all(*queue).text);
  return answers;
}

TEST(StepThread, TheComputeThreadsShareTheSamplingAndNoAnswerShowsIt) {
  ScriptedEngine alone({.threads = 1});
  ScriptedEngine shared({.threads = 4});
  std::vector<std::string> one_by_one;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    one_by_one.push_back(drawn_answers(alone, seed + 1).back());
  }
  EXPECT_EQ(drawn_answers(shared, 16), one_by_one);
  EXPECT_GT(shared.model->longest_loop(), 1);
}

}  // namespace
}  // namespace arges::sdk::testing
