// SPDX-License-Identifier: Apache-2.0
// What a request finds absorbed, by whom it may be found, and what is said of it.
#include "sdk/runtime/reuse.h"

#include <gtest/gtest.h>

#include "tests/sdk/runtime/talk.h"

namespace arges::sdk::testing {
namespace {

constexpr std::uint64_t kScope = 5;

Message system(std::string text) {
  return {language::Role::kSystem, {std::move(text)}};
}

// Says what a request would find, and that it does find so much.
Reuse find_and_ask(Session& session, std::vector<Message> messages) {
  const Reuse found = session.reuse(messages).value();
  const Transcript answer = ask(session, std::move(messages));
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(answer.last().reused_tokens, static_cast<std::uint64_t>(found.reused));
  EXPECT_EQ(answer.last().prompt_done, answer.last().prompt_tokens);
  EXPECT_LE(found.reused, found.matched);
  EXPECT_LE(found.matched, found.prompt_tokens);
  return found;
}

std::int64_t end_of(const Session& session, std::uint64_t turn) {
  const auto info = session.turn(turn).value();
  return info.first_token + info.tokens;
}

TEST(Reuse, ANewSessionFindsNothingAndNothingIsInTheWay) {
  const ScriptedEngine engine(in_blocks_of_four());
  const Reuse found = find_and_ask(*engine.session(), {shown("look", 5)});
  EXPECT_EQ(found.reason, ReuseReason::kAll);
  EXPECT_EQ(found.reused, 0);
  EXPECT_EQ(found.images, 1);
  EXPECT_EQ(found.images_cached, 0);
}

TEST(Reuse, TheNextTurnGoesOnBehindTheLastQuestion) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const std::int64_t before = session->token_count();
  const Reuse found = find_and_ask(*session, {user("so")});
  EXPECT_EQ(found.reason, ReuseReason::kAll);
  EXPECT_GT(found.reused, end_of(*session, 1));
  EXPECT_LT(found.reused, before) << "the answer's turn is absorbed in blocks";
  EXPECT_EQ(found.images, 0);
}

TEST(Reuse, OfARetryIsAllOfTheQuestion) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const auto again = session->fork().value();
  ASSERT_TRUE(again->rewind(2).ok());
  const Reuse found = find_and_ask(*again, {turn(2)});
  EXPECT_EQ(found.reason, ReuseReason::kAll);
  EXPECT_GT(found.reused, end_of(*session, 1));
  EXPECT_GE(found.reused + 4, found.prompt_tokens) << "but for the answer's header";
  EXPECT_EQ(ask(*again, {user("so")}).text, answer_alone(engine, turns_and(3, user("so"))));
}

TEST(Reuse, OfAnEditGoesToTheTurnBeforeAndNamesTheFirstOtherToken) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const auto edited = session->fork().value();
  ASSERT_TRUE(edited->rewind(2).ok());
  const Reuse found = find_and_ask(*edited, {user("turn numero 2")});
  EXPECT_EQ(found.reason, ReuseReason::kDiffers);
  EXPECT_LE(found.reused, end_of(*session, 1));
  EXPECT_EQ(found.matched, end_of(*session, 1) + 1 + std::ssize(std::string("turn num")));
}

TEST(Reuse, OfABranchIsThePast) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const auto branch = session->fork().value();
  ask(*session, {user("one way")});
  const Reuse found = find_and_ask(*branch, {user("the other")});
  EXPECT_EQ(found.reason, ReuseReason::kDiffers);
  EXPECT_GT(found.reused, end_of(*branch, 1));
}

TEST(Reuse, OfASharedSystemPromptIsThatPromptInItsScope) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto first = engine.engine->create_session({.scope = kScope}).value();
  const auto second = engine.engine->create_session({.scope = kScope}).value();
  const auto other = engine.engine->create_session({.scope = kScope + 1}).value();
  add(*first, {system("You answer in verse.")});
  const std::int64_t length = first->token_count();
  ask(*first, {user("hello")});
  const std::vector<Message> said = {system("You answer in verse."), user("good day")};
  Reuse found = other->reuse(said).value();
  EXPECT_EQ(found.reason, ReuseReason::kScope);
  EXPECT_EQ(found.reused, 0);
  found = find_and_ask(*second, said);
  EXPECT_EQ(found.reason, ReuseReason::kDiffers);
  EXPECT_EQ(found.reused, length);
  EXPECT_EQ(found.matched, length + 1) << "both go on as the user's";
  ask(*other, said);
  EXPECT_EQ(ask(*second, {user("so")}).text, ask(*other, {user("so")}).text);
}

TEST(Reuse, OfAPictureInAnotherSessionIsThePicture) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto first = engine.engine->create_session({.scope = kScope}).value();
  const auto second = engine.engine->create_session({.scope = kScope}).value();
  ask(*first, {shown("look", 5)});
  const Reuse found = find_and_ask(*second, {shown("what is it", 5)});
  EXPECT_EQ(found.reason, ReuseReason::kDiffers);
  EXPECT_EQ(found.reused, 0);
  EXPECT_EQ(found.images, 1);
  EXPECT_EQ(found.images_cached, 1);
}

TEST(Reuse, WithoutOrWithAnotherPictureEndsWhereItStood) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = engine.session();
  ask(*session, {user("hello")});
  ask(*session, {shown("look", 5)});
  const std::int64_t begin = end_of(*session, 0) + 1 + std::ssize(std::string("look"));
  for (const Message& asked : {user("look"), shown("look", 6)}) {
    const auto removed = session->fork().value();
    ASSERT_TRUE(removed->rewind(1).ok());
    const Reuse found = find_and_ask(*removed, {asked});
    EXPECT_EQ(found.reason, ReuseReason::kDiffers);
    EXPECT_EQ(found.matched, begin);
    EXPECT_LT(found.reused, begin);
    EXPECT_EQ(found.images_cached, 0);
  }
}

TEST(Reuse, ThatALostCheckpointPreventsSaysSo) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 5, {.checkpoints = 1});
  ASSERT_TRUE(session->rewind(3).ok());
  const Reuse found = find_and_ask(*session, {user("so")});
  EXPECT_EQ(found.reason, ReuseReason::kNoCheckpoint);
  EXPECT_EQ(found.reused, 0);
  EXPECT_EQ(found.evicted, found.matched);
  EXPECT_GT(found.matched, end_of(*session, 1));
}

TEST(Reuse, OfSequencesIsTheSameAnswerWhateverTheScope) {
  const ScriptedEngine engine(in_blocks_of_four());
  std::vector<std::shared_ptr<Session>> sessions;
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(engine.engine->create_session({.scope = kScope}).value());
    for (int number = 0; number < 4; ++number) {
      const std::vector<Message> said = {number < i ? turn(number) : user("so")};
      EXPECT_EQ(ask(*sessions.back(), said).last().type, EventType::kDone);
    }
    std::vector<Message> all;
    for (int number = 0; number < 4; ++number) {
      all.push_back(number < i ? turn(number) : user("so"));
    }
    all.push_back(user("and"));
    EXPECT_EQ(ask(*sessions.back(), {user("and")}).text, answer_alone(engine, all));
  }
  EXPECT_GT(engine.engine->stats().reused_tokens, 0);
}

TEST(Reuse, PicturesBehindACheckpointAreNotEvenLookedFor) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 3);
  const auto again = session->fork().value();
  ASSERT_TRUE(again->rewind(0).ok());
  const Reuse found = find_and_ask(*again, {turn(0)});
  EXPECT_GT(found.reused, 0);
  const EngineStats before = engine.engine->stats();
  find_and_ask(*again, {turn(1)});
  EXPECT_EQ(engine.engine->stats().images_encoded, before.images_encoded);
  EXPECT_EQ(engine.engine->stats().images_cached, before.images_cached);
}

TEST(Reuse, TokensOfAPromptThatWasNotAbsorbedArePenalisedAllTheSame) {
  ScriptedModelOptions drawn = in_blocks_of_four();
  drawn.script = always("some answer that is drawn");
  const ScriptedEngine engine(drawn);
  GenerateOptions options;
  options.sampling.temperature = 20;
  options.sampling.repetition_penalty = 30;
  options.sampling.seed = 3;
  const auto alone = engine.session();
  const auto asked = engine.session();
  const std::string expected = ask(*alone, {user("drawn with penalties")}, options).text;
  ask(*asked, {user("drawn with penalties")});
  const auto again = asked->fork().value();
  ASSERT_TRUE(again->rewind(0).ok());
  const Transcript answer = ask(*again, {user("drawn with penalties")}, options);
  EXPECT_GT(answer.last().reused_tokens, 0u);
  EXPECT_EQ(answer.text, expected);
}

TEST(Reuse, AQuestionThatGenerateRefusesIsRefused) {
  const ScriptedEngine engine;
  const auto session = engine.session();
  EXPECT_EQ(session->reuse({}).status().code(), StatusCode::kInvalidArgument);
  session->close();
  const std::vector<Message> said = {user("so")};
  EXPECT_EQ(session->reuse(said).status().code(), StatusCode::kClosed);
}

}  // namespace
}  // namespace arges::sdk::testing
