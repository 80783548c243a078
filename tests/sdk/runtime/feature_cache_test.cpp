// SPDX-License-Identifier: Apache-2.0
// Pictures that are shown again.
#include "sdk/runtime/feature_cache.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/sdk/runtime/talk.h"
#include "tests/support/tiny_png.h"

namespace arges::sdk::testing {
namespace {

Digest numbered(std::uint64_t number) {
  Hasher hasher;
  hasher.add_number(number);
  return hasher.digest();
}

FeatureCache::Features features_of(std::size_t bytes) {
  return std::make_shared<const ImageFeatures>(ImageFeatures{1, Memory::allocate(bytes).value()});
}

class FeatureCacheTest : public ::testing::Test {
 protected:
  std::shared_ptr<CheckpointStore> store = std::make_shared<CheckpointStore>(100);
  FeatureCache cache{store};
};

TEST_F(FeatureCacheTest, FindsWhatItKeepsAndNothingElse) {
  const auto kept = features_of(40);
  cache.keep(numbered(1), kept);
  EXPECT_EQ(cache.find(numbered(1)), kept);
  EXPECT_EQ(cache.find(numbered(2)), nullptr);
  EXPECT_EQ(store->bytes(), 40);
}

TEST_F(FeatureCacheTest, GivesUpThoseLongestUnused) {
  cache.keep(numbered(1), features_of(40));
  cache.keep(numbered(2), features_of(40));
  EXPECT_NE(cache.find(numbered(1)), nullptr);
  EXPECT_TRUE(cache.holds(numbered(2))) << "which is no use of it";
  cache.keep(numbered(3), features_of(40));
  EXPECT_FALSE(cache.holds(numbered(2)));
  EXPECT_TRUE(cache.holds(numbered(1)));
  EXPECT_TRUE(cache.holds(numbered(3)));
  EXPECT_EQ(store->bytes(), 80);
}

TEST_F(FeatureCacheTest, OneOverTheWholeBudgetPushesNobodyOut) {
  cache.keep(numbered(1), features_of(40));
  cache.keep(numbered(2), features_of(101));
  EXPECT_TRUE(cache.holds(numbered(1)));
  EXPECT_FALSE(cache.holds(numbered(2)));
  EXPECT_EQ(store->bytes(), 40);
}

TEST_F(FeatureCacheTest, ThoseInUseOutliveTheirPlace) {
  cache.keep(numbered(1), features_of(100));
  const auto used = cache.find(numbered(1));
  cache.keep(numbered(2), features_of(100));
  EXPECT_FALSE(cache.holds(numbered(1)));
  EXPECT_EQ(used->data.size(), 100u);
}

TEST_F(FeatureCacheTest, FreesAllWithItself) {
  {
    FeatureCache other(store);
    for (std::uint64_t i = 0; i < 500; ++i) other.keep(numbered(i), features_of(10));
    EXPECT_EQ(store->bytes(), 100);
  }
  EXPECT_EQ(store->bytes(), 0);
}

// Of an engine: [encoded, found].
using Counts = std::pair<std::int64_t, std::int64_t>;

Counts counts(const ScriptedEngine& engine) {
  const EngineStats stats = engine.engine->stats();
  return {stats.images_encoded, stats.images_cached};
}

TEST(ShownAgain, APictureIsEncodedOnceAndTheAnswerIsTheSame) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = engine.session();
  const std::string first = ask(*session, {shown("look", 5)}).text;
  ASSERT_TRUE(session->rewind(0).ok());
  EXPECT_EQ(ask(*session, {shown("look", 5)}).text, first);
  ASSERT_TRUE(session->rewind(0).ok());
  const std::string edited = ask(*session, {shown("look again", 5)}).text;
  EXPECT_EQ(counts(engine), Counts(1, 2));
  EXPECT_EQ(edited, answer_alone(engine, {shown("look again", 5)}));
}

TEST(ShownAgain, TwiceInOneMessageItIsEncodedOnce) {
  const ScriptedEngine engine;
  Message message = shown("both", 5);
  message.parts.emplace_back(MessageImage(make_image(3, 5)));
  ask(*engine.session(), {message});
  EXPECT_EQ(counts(engine), Counts(1, 1));
}

TEST(ShownAgain, OtherPixelsAndOtherShapesAreOtherPictures) {
  const ScriptedEngine engine;
  const auto session = engine.session();
  for (const auto& image : {make_image(2, 5, 3), make_image(3, 5, 2), make_image(2, 6, 3)}) {
    ask(*session, {{language::Role::kUser, {MessageImage(image)}}});
  }
  EXPECT_EQ(counts(engine), Counts(3, 0));
}

TEST(ShownAgain, AFileIsFoundByItsBytesAndNotDecodedAgain) {
  const ScriptedEngine engine;
  const auto session = engine.session();
  for (int i = 0; i < 2; ++i) {
    const auto* first = reinterpret_cast<const std::byte*>(support::kTinyPng);
    std::vector<std::byte> file(first, first + sizeof support::kTinyPng);
    const Message message = {language::Role::kUser, {MessageImage(std::move(file))}};
    EXPECT_EQ(ask(*session, {message}).last().type, EventType::kDone);
  }
  EXPECT_EQ(counts(engine), Counts(1, 1));
}

TEST(ShownAgain, TurnsThatAreAbsorbedAgainEncodeNothing) {
  const ScriptedEngine engine(in_blocks_of_four());
  const auto session = talk(engine, 5, {.checkpoints = 1});
  ASSERT_TRUE(session->rewind(3).ok());
  EXPECT_EQ(ask(*session, {user("so")}).last().type, EventType::kDone);
  EXPECT_EQ(counts(engine), Counts(1, 1));
}

TEST(ShownAgain, SessionsOfOneScopeShareAndNoOthers) {
  const ScriptedEngine engine;
  const auto one = engine.engine->create_session({.scope = 5}).value();
  const auto same = engine.engine->create_session({.scope = 5}).value();
  const auto other = engine.engine->create_session({.scope = 6}).value();
  const auto alone = engine.session();
  const auto as_alone = engine.session();
  const std::string answer = ask(*one, {shown("look", 5)}).text;
  EXPECT_EQ(ask(*same, {shown("and this", 5), user("look")}).last().type, EventType::kDone);
  EXPECT_EQ(counts(engine), Counts(1, 1));
  for (const auto& session : {other, alone, as_alone}) {
    EXPECT_EQ(ask(*session, {shown("look", 5)}).text, answer);
  }
  EXPECT_EQ(counts(engine), Counts(4, 1));
}

TEST(ShownAgain, AForkSharesWithWhereItCameFrom) {
  const ScriptedEngine engine;
  const auto session = talk(engine, 2);
  const auto fork = session->fork().value();
  ask(*fork, {shown("new", 9)});
  ask(*session, {shown("and here", 9)});
  EXPECT_EQ(counts(engine), Counts(2, 1));
}

TEST(ShownAgain, WhatAScopeSharesGoesWithItsLastSession) {
  const ScriptedEngine engine;
  for (std::int64_t round = 1; round <= 2; ++round) {
    const auto one = engine.engine->create_session({.scope = 5}).value();
    const auto two = engine.engine->create_session({.scope = 5}).value();
    ask(*one, {shown("look", 5)});
    one->close();
    EXPECT_GT(engine.engine->stats().checkpoint_bytes, 0);
    ask(*two, {shown("see", 5)});
    EXPECT_EQ(counts(engine), Counts(round, round));
    two->close();
    EXPECT_EQ(engine.engine->stats().checkpoint_bytes, 0);
  }
}

TEST(ShownAgain, APictureThatFailedIsNotKept) {
  const ScriptedEngine engine;
  const auto session = engine.session();
  engine.model->encode_fault().fail_after(0, {StatusCode::kOutOfMemoryHost, "no memory"});
  EXPECT_EQ(ask(*session, {shown("look", 5)}).last().type, EventType::kFailed);
  EXPECT_EQ(ask(*session, {shown("look", 5)}).text, answer_alone(engine, {shown("look", 5)}));
}

TEST(ShownAgain, WithoutRoomItIsEncodedAgainToTheSameAnswer) {
  const ScriptedEngine engine({}, {.checkpoint_budget = 1});
  const auto session = engine.session();
  const std::string first = ask(*session, {shown("look", 5)}).text;
  ASSERT_TRUE(session->rewind(0).ok());
  EXPECT_EQ(ask(*session, {shown("look", 5)}).text, first);
  EXPECT_EQ(counts(engine), Counts(2, 0));
}

}  // namespace
}  // namespace arges::sdk::testing
