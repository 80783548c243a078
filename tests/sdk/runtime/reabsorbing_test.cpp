// SPDX-License-Identifier: Apache-2.0
// What a request does whose session's checkpoint is not there any more: it absorbs turns again.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/sdk/runtime/talk.h"

namespace arges::sdk::testing {
namespace {

constexpr StatusCode kNoMemory = StatusCode::kOutOfMemoryHost;

// Three turns, of which the next request must absorb all once more.
std::shared_ptr<Session> without_checkpoint(const ScriptedEngine& engine) {
  auto session = talk(engine, 5, {.checkpoints = 1});
  EXPECT_TRUE(session->rewind(3).ok());
  EXPECT_FALSE(turns_of(*session).back().has_checkpoint);
  return session;
}

TEST(Reabsorbing, AddedMessagesJoinTheSamePast) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = without_checkpoint(engine);
  EXPECT_EQ(add(*session, {shown("noted", 4)}).last().type, EventType::kDone);
  const auto alone = talk(engine, 3);
  EXPECT_EQ(add(*alone, {shown("noted", 4)}).last().type, EventType::kDone);
  EXPECT_EQ(session->token_count(), alone->token_count());
  EXPECT_EQ(ask(*session, {user("so")}).text, ask(*alone, {user("so")}).text);
}

TEST(Reabsorbing, ABeginningGoesOnToTheSameAnswer) {
  const ScriptedEngine engine(in_blocks_of_four());
  const std::string whole = answer_alone(engine, turns_and(3, user("so")));
  for (const std::size_t length : {1u, 6u}) {
    const auto session = without_checkpoint(engine);
    GenerateOptions options;
    options.continue_last = true;
    const Message begun = {language::Role::kAssistant, {whole.substr(0, length)}};
    EXPECT_EQ(ask(*session, {user("so"), begun}, options).text, whole.substr(length));
  }
}

TEST(Reabsorbing, ABeginningAloneIsContinuedBehindTheTurns) {
  const ScriptedEngine engine(in_blocks_of_four());
  GenerateOptions options;
  options.continue_last = true;
  const Message begun = {language::Role::kAssistant, {std::string("well")}};
  const auto alone = talk(engine, 3);
  const auto session = without_checkpoint(engine);
  const std::string expected = ask(*alone, {begun}, options).text;
  EXPECT_EQ(ask(*session, {begun}, options).text, expected);
  EXPECT_EQ(ask(*session, {user("so")}).text, ask(*alone, {user("so")}).text);
}

TEST(Reabsorbing, CancelledInAnyStepItLeavesTheTurnsAsTheyWere) {
  const ScriptedEngine engine(in_blocks_of_four(), {.prefill_chunk = 16});
  const std::string right = answer_alone(engine, turns_and(3, user("so")));
  for (std::int64_t steps = 0; steps < 6; ++steps) {
    const auto session = without_checkpoint(engine);
    engine.model->step_gate().shut();
    auto queue = make_queue();
    const auto request = session->generate({user("so")}, {}, queue, 1).value();
    engine.model->step_gate().wait_until_held();
    engine.model->step_gate().let(steps);
    engine.model->step_gate().wait_until_held();
    request->cancel();
    engine.model->step_gate().open();
    EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled) << steps;
    EXPECT_EQ(turns_of(*session).size(), 3u);
    EXPECT_EQ(ask(*session, {user("so")}).text, right) << steps;
  }
}

TEST(Reabsorbing, ADeadlineLeavesTheTurnsAsTheyWere) {
  const ScriptedEngine engine(in_blocks_of_four(), {.prefill_chunk = 16});
  const auto session = without_checkpoint(engine);
  engine.model->step_gate().shut();
  auto queue = make_queue();
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds(200);
  ASSERT_TRUE(session->generate({user("so")}, options, queue, 1).ok());
  engine.model->step_gate().wait_until_held();
  std::this_thread::sleep_for(options.deadline);
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*queue).last().status.code(), StatusCode::kDeadline);
  EXPECT_EQ(turns_of(*session).size(), 3u);
  EXPECT_EQ(ask(*session, {user("so")}).text, answer_alone(engine, turns_and(3, user("so"))));
}

TEST(Reabsorbing, AFullContextIsFullWithAndWithoutACheckpoint) {
  ScriptedModelOptions options = in_blocks_of_four();
  options.max_context = 400;
  const ScriptedEngine engine(options);
  const auto kept = talk(engine, 3);
  const auto lost = without_checkpoint(engine);
  const auto room = static_cast<std::size_t>(options.max_context - kept->token_count());
  for (const auto& session : {kept, lost}) {
    EXPECT_EQ(ask(*session, {user(std::string(room, 'x'))}).last().status.code(),
              StatusCode::kContextFull);
    EXPECT_EQ(turns_of(*session).size(), 3u);
  }
  const std::string fits(room - 30, 'x');
  EXPECT_EQ(ask(*lost, {user(fits)}).text, ask(*kept, {user(fits)}).text);
}

TEST(Reabsorbing, AForkAnswersBesideItsParent) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto parent = without_checkpoint(engine);
  const auto fork = parent->fork().value();
  engine.model->step_gate().shut();
  auto left = make_queue();
  auto right = make_queue();
  ASSERT_TRUE(parent->generate({user("left")}, {}, left, 1).ok());
  ASSERT_TRUE(fork->generate({shown("right", 3)}, {}, right, 1).ok());
  engine.model->step_gate().wait_until_held();
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*left).text, answer_alone(engine, turns_and(3, user("left"))));
  EXPECT_EQ(read_all(*right).text, answer_alone(engine, turns_and(3, shown("right", 3))));
}

TEST(Reabsorbing, MakesLostCheckpointsAnewAtTheirTurnsEnds) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 6, {.checkpoints = 3});
  ASSERT_TRUE(session->rewind(3).ok());
  for (const auto& turn : turns_of(*session)) EXPECT_FALSE(turn.has_checkpoint);
  const std::string answer = ask(*session, {user("so")}).text;
  EXPECT_EQ(answer, answer_alone(engine, turns_and(3, user("so"))));
  const auto held = turns_of(*session);
  EXPECT_FALSE(held[0].has_checkpoint) << "as many as the session keeps";
  EXPECT_TRUE(held[1].has_checkpoint);
  EXPECT_TRUE(held[2].has_checkpoint);
  for (unsigned back = 2; back <= 3; ++back) {
    const auto fork = session->fork().value();
    ASSERT_TRUE(fork->rewind(back).ok());
    const auto again = ask(*fork, {user("otherwise")});
    EXPECT_GT(again.last().reused_tokens, static_cast<std::uint64_t>(held[back - 1].first_token))
        << "it goes on from inside the last turn";
    EXPECT_EQ(again.text,
              answer_alone(engine, turns_and(static_cast<int>(back), user("otherwise"))));
  }
}

TEST(Reabsorbing, ACheckpointThatGetsNoMemoryIsDoneWithout) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 4, {.checkpoints = 2});
  ASSERT_TRUE(session->rewind(2).ok());
  engine.model->clone_fault().fail_after(0, {kNoMemory, "no memory"});
  const std::string answer = ask(*session, {user("so")}).text;
  EXPECT_EQ(answer, answer_alone(engine, turns_and(2, user("so"))));
  EXPECT_FALSE(turns_of(*session)[1].has_checkpoint);
}

TEST(Reabsorbing, AFailureKeepsNoCheckpointThatItMade) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 4, {.checkpoints = 2});
  ASSERT_TRUE(session->rewind(2).ok());
  const std::int64_t before = engine.engine->stats().checkpoint_bytes;
  const std::int64_t sequences = engine.model->live_sequences();
  engine.model->step_fault().fail_after(4, {kNoMemory, "no memory"});
  EXPECT_EQ(ask(*session, {user("so")}).last().type, EventType::kFailed);
  EXPECT_EQ(engine.engine->stats().checkpoint_bytes, before);
  EXPECT_EQ(engine.model->live_sequences(), sequences);
}

TEST(Reabsorbing, UnderASmallBudgetEveryWayThroughAConversationHasTheSameAnswers) {
  constexpr std::int64_t kBudget = 500;  // of some checkpoints, four bytes a token
  const ScriptedEngine engine(in_blocks_of_four(), {.checkpoint_budget = kBudget});
  std::vector<std::string> right;
  for (int count = 1; count <= 6; ++count) right.push_back(answer_alone(engine, turns(count)));
  std::vector<std::shared_ptr<Session>> sessions;
  for (int i = 0; i < 3; ++i) sessions.push_back(talk(engine, 6));
  std::mt19937 random(1);
  bool absorbed_again = false;
  for (int round = 0; round < 100; ++round) {
    Session& session = *sessions[random() % sessions.size()];
    const auto back = random() % 6;
    ASSERT_TRUE(session.rewind(std::min<std::uint64_t>(back, session.turn_count())).ok());
    const auto held = turns_of(session);
    absorbed_again = absorbed_again || (!held.empty() && !held.back().has_checkpoint);
    for (std::size_t next = held.size(); next < 6; ++next) {
      ASSERT_EQ(ask(session, {turn(static_cast<int>(next))}).text, right[next]) << round;
      ASSERT_LE(engine.engine->stats().checkpoint_bytes, kBudget);
    }
  }
  EXPECT_TRUE(absorbed_again);
}

}  // namespace
}  // namespace arges::sdk::testing
