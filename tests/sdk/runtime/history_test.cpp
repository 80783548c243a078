// SPDX-License-Identifier: Apache-2.0
// Going back in a conversation and branching off.
#include <gtest/gtest.h>

#include <thread>

#include "tests/sdk/runtime/talk.h"

namespace arges::sdk::testing {
namespace {

TEST(History, TurnsTileTheConversation) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 4);
  const auto turns = turns_of(*session);
  ASSERT_EQ(turns.size(), 4u);
  std::int64_t next = 0;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    EXPECT_EQ(turns[i].first_token, next);
    next += turns[i].tokens;
    EXPECT_EQ(turns[i].images, i == 1 ? 1 : 0);
    EXPECT_TRUE(turns[i].has_checkpoint);
  }
  EXPECT_EQ(next, session->token_count());
}

TEST(History, ARetryAnswersAsIfTheTurnHadNeverBeen) {
  const ScriptedEngine engine(in_blocks_of_four());
  for (unsigned back = 0; back <= 4; ++back) {
    const auto session = talk(engine, 4);
    ASSERT_TRUE(session->rewind(back).ok());
    EXPECT_EQ(turns_of(*session).size(), back);
    auto expected = turns(static_cast<int>(back));
    expected.push_back(shown("another question", 9));
    EXPECT_EQ(ask(*session, {shown("another question", 9)}).text, answer_alone(engine, expected))
        << back;
  }
}

TEST(History, WithoutACheckpointTheSameBitsAreAbsorbedAgain) {
  const ScriptedEngine engine(in_blocks_of_four());
  for (unsigned back = 1; back <= 4; ++back) {
    const auto session = talk(engine, 5, {.checkpoints = 1});
    ASSERT_TRUE(session->rewind(back).ok());
    EXPECT_FALSE(turns_of(*session).back().has_checkpoint);
    const std::int64_t held = session->token_count();
    auto expected = turns(static_cast<int>(back));
    expected.push_back(shown("another question", 9));
    const auto answer = ask(*session, {shown("another question", 9)});
    EXPECT_EQ(answer.text, answer_alone(engine, expected)) << back;
    // Only what is new counts as the request's.
    EXPECT_EQ(answer.last().prompt_done, answer.last().prompt_tokens);
    EXPECT_LT(answer.last().prompt_tokens, 60u);
    EXPECT_GT(session->token_count(), held);
    // What was absorbed again is there for the next: turns, their pictures, and once more back.
    EXPECT_EQ(turns_of(*session).size(), back + 1);
    ASSERT_TRUE(session->rewind(back).ok());
    EXPECT_EQ(session->token_count(), held);
    EXPECT_EQ(ask(*session, {shown("another question", 9)}).text, answer.text);
  }
}

TEST(History, ARetryAbsorbsNoMoreThanTheTurn) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 5);
  ASSERT_TRUE(session->rewind(4).ok());
  const std::int64_t before = engine.engine->stats().prompt_tokens;
  const auto answer = ask(*session, {turn(4)});
  const std::int64_t absorbed = engine.engine->stats().prompt_tokens - before;
  const auto tail = turns_of(*session)[3].tokens;  // the turn before is absorbed with it at most
  EXPECT_LE(absorbed, static_cast<std::int64_t>(answer.last().prompt_tokens) + tail);
}

TEST(History, AForkHasThePastAndEachGoesItsOwnWay) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 2);
  const auto fork = session->fork().value();
  EXPECT_EQ(fork->token_count(), session->token_count());
  auto left = turns(2);
  left.push_back(user("left"));
  auto right = turns(2);
  right.push_back(user("right"));
  EXPECT_EQ(ask(*session, {user("left")}).text, answer_alone(engine, left));
  EXPECT_EQ(ask(*fork, {user("right")}).text, answer_alone(engine, right));
  EXPECT_EQ(turns_of(*fork).size(), 3u);
}

TEST(History, AForkCostsNoSequence) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const std::int64_t before = engine.model->live_sequences();
  const auto fork = session->fork().value();
  EXPECT_EQ(engine.model->live_sequences(), before);
}

TEST(History, AForkOutlivesWhereItCameFrom) {
  const ScriptedEngine engine(in_blocks_of_four());
  auto session = talk(engine, 2);
  const auto fork = session->fork().value();
  session->close();
  session.reset();
  auto expected = turns(2);
  expected.push_back(user("go on"));
  EXPECT_EQ(ask(*fork, {user("go on")}).text, answer_alone(engine, expected));
}

TEST(History, AForkLeavesOutWhatIsInFlight) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 1);
  engine.model->step_gate().shut();
  auto queue = make_queue();
  const auto request = session->generate({user("in flight")}, {}, queue, 1).value();
  engine.model->step_gate().wait_until_held();
  const auto fork = session->fork().value();
  EXPECT_EQ(session->rewind(0).code(), StatusCode::kBusy);
  engine.model->step_gate().open();
  read_all(*queue);
  EXPECT_EQ(turns_of(*fork).size(), 1u);
  EXPECT_EQ(turns_of(*session).size(), 2u);
}

TEST(History, RefusesWhatIsNotThere) {
  const ScriptedEngine engine(in_blocks_of_four(), {.max_sessions = 2});
  const auto session = talk(engine, 2);
  EXPECT_EQ(session->rewind(3).code(), StatusCode::kNotFound);
  EXPECT_TRUE(session->rewind(2).ok());
  const auto fork = session->fork().value();
  EXPECT_EQ(session->fork().status().code(), StatusCode::kBusy);
  session->close();
  EXPECT_EQ(session->fork().status().code(), StatusCode::kClosed);
  EXPECT_EQ(session->rewind(0).code(), StatusCode::kClosed);
  EXPECT_EQ(session->turn(0).status().code(), StatusCode::kClosed);
  EXPECT_EQ(fork->turn(2).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(engine.engine->create_session({.checkpoints = 0}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(History, KeepsTheNewestCheckpoints) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 6, {.checkpoints = 3});
  const auto turns = turns_of(*session);
  for (std::size_t i = 0; i < turns.size(); ++i) EXPECT_EQ(turns[i].has_checkpoint, i >= 3) << i;
  EXPECT_EQ(engine.model->live_sequences(), 3);
}

TEST(History, CheckpointsLongestUnusedGoFirst) {
  // The scripted model counts a few bytes a token: room for some turns of the two sessions.
  const ScriptedEngine engine(in_blocks_of_four(), {.checkpoint_budget = 800});
  const auto first = talk(engine, 3);
  const auto second = talk(engine, 6);
  EXPECT_LE(engine.engine->stats().checkpoint_bytes, 800);
  EXPECT_GT(engine.engine->stats().checkpoint_bytes, 0);
  EXPECT_FALSE(turns_of(*first)[0].has_checkpoint);
  EXPECT_TRUE(turns_of(*first)[2].has_checkpoint)
      << "what a request begins with is not on the account";
  EXPECT_TRUE(turns_of(*second)[4].has_checkpoint);
  ASSERT_TRUE(first->rewind(1).ok());
  auto expected = turns(1);
  expected.push_back(user("so"));
  EXPECT_EQ(ask(*first, {user("so")}).text, answer_alone(engine, expected));
}

TEST(History, ClosingFreesEveryCheckpoint) {
  const ScriptedEngine engine(in_blocks_of_four());
  auto session = talk(engine, 5);
  auto fork = session->fork().value();
  ask(*fork, {user("on")});
  session->close();
  fork->close();
  EXPECT_EQ(engine.engine->stats().checkpoint_bytes, 0);
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

TEST(History, ARequestThatFailsLeavesTheTurnsAsTheyWere) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3, {.checkpoints = 1});
  ASSERT_TRUE(session->rewind(2).ok());
  engine.model->step_fault().fail_after(1, {StatusCode::kOutOfMemoryHost, "no memory"});
  EXPECT_EQ(ask(*session, {user("fails")}).last().type, EventType::kFailed);
  EXPECT_EQ(turns_of(*session).size(), 2u);
  auto expected = turns(2);
  expected.push_back(user("holds"));
  EXPECT_EQ(ask(*session, {user("holds")}).text, answer_alone(engine, expected));
}

TEST(History, ForksRewindsAndClosesRaceOnOneSession) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  auto expected = turns(1);
  expected.push_back(user("race"));
  const std::string right = answer_alone(engine, expected);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const auto fork = session->fork();
        if (!fork.ok()) return;  // closed meanwhile
        if (!(*fork)->rewind(1).ok()) continue;
        if (round % 10 != 0) continue;
        EXPECT_EQ(ask(**fork, {user("race")}).text, right);
      }
    });
  }
  threads.emplace_back([&] {
    for (int round = 0; round < 50; ++round) {
      static_cast<void>(session->turn(2));
      static_cast<void>(session->rewind(3));
    }
  });
  for (std::thread& thread : threads) thread.join();
  session->close();
}

}  // namespace
}  // namespace arges::sdk::testing
