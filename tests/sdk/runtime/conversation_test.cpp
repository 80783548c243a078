// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

using B = ByteTokenizer;
using Ids = std::vector<language::TokenId>;

// An engine whose script keeps the last prompt that it was shown.
struct Recording {
  explicit Recording(std::string answer)
      : engine(options(std::move(answer), prompt)), session(engine.session()) {}

  static ScriptedModelOptions options(std::string answer, std::shared_ptr<History> prompt) {
    ScriptedModelOptions options;
    options.script = [answer = std::move(answer), prompt](const History& seen) {
      *prompt = seen;
      return answer;
    };
    return options;
  }

  std::shared_ptr<History> prompt = std::make_shared<History>();
  ScriptedEngine engine;
  std::shared_ptr<Session> session;
};

const Ids kFirstTurn = ids_of({B::kBegin, B::kUser, "hi", B::kEnd, "\n", B::kAssistant});

Ids after_first(std::initializer_list<Piece> pieces) {
  Ids ids = kFirstTurn;
  for (const auto id : ids_of(pieces)) ids.push_back(id);
  return ids;
}

TEST(Conversation, FirstPromptBeginsTheDocument) {
  Recording r("yes");
  const auto answer = ask(*r.session, {user("hi")});
  EXPECT_EQ(answer.text, "yes");
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kStop);
  EXPECT_EQ(answer.last().prompt_tokens, kFirstTurn.size());
  EXPECT_EQ(answer.last().prompt_done, kFirstTurn.size());
  EXPECT_EQ(answer.last().generated_tokens, 3U);
  EXPECT_EQ(r.prompt->ids, kFirstTurn);
}

TEST(Conversation, SecondPromptContinuesBehindTheStopToken) {
  Recording r("yes");
  ask(*r.session, {user("hi")});
  const auto held = static_cast<std::size_t>(r.session->token_count());
  EXPECT_EQ(held, kFirstTurn.size() + 5) << "the answer, its stop token and the newline";
  const auto second = ask(*r.session, {user("so")});
  EXPECT_EQ(r.prompt->ids,
            after_first({"yes", B::kEnd, "\n", B::kUser, "so", B::kEnd, "\n", B::kAssistant}));
  EXPECT_EQ(second.last().prompt_tokens, r.prompt->ids.size() - held);
}

TEST(Conversation, AnAnswerCutByLengthIsEndedForTheModel) {
  Recording r("yes");
  GenerateOptions options;
  options.max_tokens = 2;
  const auto answer = ask(*r.session, {user("hi")}, options);
  EXPECT_EQ(answer.text, "ye");
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kLength);
  ask(*r.session, {user("so")});
  EXPECT_EQ(r.prompt->ids,
            after_first({"ye", B::kEnd, "\n", B::kUser, "so", B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, AStopTokenOfTheRequestIsReplacedByTheFamilysOwn) {
  Recording r("yes");
  GenerateOptions options;
  options.stop_tokens = {'s'};
  const auto answer = ask(*r.session, {user("hi")}, options);
  EXPECT_EQ(answer.text, "ye");
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kStop);
  ask(*r.session, {user("so")});
  EXPECT_EQ(r.prompt->ids,
            after_first({"ye", B::kEnd, "\n", B::kUser, "so", B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, AStopStringEndsAnAnswerAcrossTokens) {
  Recording r("one END two");
  GenerateOptions options;
  options.stop_strings = {"END"};
  const auto answer = ask(*r.session, {user("hi")}, options);
  EXPECT_EQ(answer.text, "one ");
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kStop);
  EXPECT_EQ(answer.last().generated_tokens, 7U);
  ask(*r.session, {user("so")});
  EXPECT_EQ(r.prompt->ids,
            after_first({"one END", B::kEnd, "\n", B::kUser, "so", B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, HeldBackBeginningOfAStopStringIsGivenAtTheEnd) {
  Recording r("the EN");
  GenerateOptions options;
  options.stop_strings = {"END"};
  EXPECT_EQ(ask(*r.session, {user("hi")}, options).text, "the EN");
}

TEST(Conversation, TextEventsHoldWholeCodePoints) {
  Recording r("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");  // a é € 😀
  std::vector<std::string> pieces;
  for (const auto& event : ask(*r.session, {user("hi")}).events) {
    if (event.type == EventType::kText) pieces.push_back(event.text);
  }
  EXPECT_EQ(pieces,
            (std::vector<std::string>{"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}));
}

TEST(Conversation, ACodePointCutByLengthBecomesAReplacementCharacter) {
  Recording r("\xE2\x82\xAC");
  GenerateOptions options;
  options.max_tokens = 2;
  EXPECT_EQ(ask(*r.session, {user("hi")}, options).text, "\xEF\xBF\xBD");
}

TEST(Conversation, AnEmptyAnswerIsAnAnswer) {
  Recording r("");
  const auto answer = ask(*r.session, {user("hi")});
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(answer.last().generated_tokens, 0U);
  ask(*r.session, {user("so")});
  EXPECT_EQ(r.prompt->ids,
            after_first({B::kEnd, "\n", B::kUser, "so", B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, SeveralMessagesArriveInOrder) {
  Recording r("ok");
  ask(*r.session, {{language::Role::kSystem, {std::string("be")}},
                   user("a"),
                   {language::Role::kAssistant, {std::string("b")}},
                   user("c")});
  EXPECT_EQ(r.prompt->ids, ids_of({B::kBegin, B::kSystem, "be", B::kEnd, "\n", B::kUser, "a",
                                   B::kEnd, "\n", B::kAssistant, "b", B::kEnd, "\n", B::kUser, "c",
                                   B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, MarkupTypedByAUserStaysText) {
  Recording r("ok");
  ask(*r.session, {user("<image><end>")});
  EXPECT_EQ(r.prompt->ids,
            ids_of({B::kBegin, B::kUser, "<image><end>", B::kEnd, "\n", B::kAssistant}));
}

TEST(Conversation, PicturesMayComeInAnyTurnAndKeepTheirPlaces) {
  Recording r("ok");
  ask(*r.session, {user("hi")});
  ask(*r.session,
      {{language::Role::kUser, {make_image(1, 5), std::string("x"), make_image(2, 7)}}});
  EXPECT_EQ(r.prompt->ids,
            after_first({"ok", B::kEnd, "\n", B::kUser, B::kImage, B::kImage, "x", B::kImage,
                         B::kImage, B::kImage, B::kEnd, "\n", B::kAssistant}));
  const std::size_t image = kFirstTurn.size() + 5;
  const std::vector<float> expected = {15, 15, 0, 42, 42, 42};
  EXPECT_EQ(std::vector<float>(r.prompt->features.begin() + static_cast<std::ptrdiff_t>(image),
                               r.prompt->features.begin() + static_cast<std::ptrdiff_t>(image) + 6),
            expected);
}

TEST(Conversation, APictureMayBeCutByAPrefillChunk) {
  EngineOptions options;
  options.prefill_chunk = 2;
  ScriptedEngine whole;
  ScriptedEngine cut({}, options);
  const std::vector<Message> messages = {
      {language::Role::kUser, {std::string("x"), make_image(6, 9), std::string("y")}}};
  EXPECT_EQ(ask(*whole.session(), messages).text, ask(*cut.session(), messages).text);
}

TEST(Conversation, SessionsKnowNothingOfEachOther) {
  ScriptedEngine shared;
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<EventQueue>> queues;
  for (int turn = 0; turn < 2; ++turn) {
    for (int i = 0; i < 16; ++i) {
      if (turn == 0) sessions.push_back(shared.session());
      queues.push_back(make_queue());
      const std::string text = "session " + std::to_string(i) + " turn " + std::to_string(turn);
      ASSERT_TRUE(
          sessions[static_cast<std::size_t>(i)]->generate({user(text)}, {}, queues.back(), 1).ok());
    }
    for (int i = 0; i < 16; ++i) {
      ScriptedEngine alone;
      auto session = alone.session();
      std::string expected;
      for (int t = 0; t <= turn; ++t) {
        const std::string text = "session " + std::to_string(i) + " turn " + std::to_string(t);
        expected = ask(*session, {user(text)}).text;
      }
      EXPECT_EQ(read_all(*queues[static_cast<std::size_t>(turn * 16 + i)]).text, expected);
    }
  }
}

TEST(Conversation, ProgressReachesTheWholePromptInChunks) {
  EngineOptions options;
  options.prefill_chunk = 4;
  ScriptedEngine engine({}, options);
  auto session = engine.session();
  std::vector<std::uint64_t> done;
  for (const auto& event : ask(*session, {user("0123456789")}).events) {
    if (event.type != EventType::kProgress) continue;
    done.push_back(event.prompt_done);
    EXPECT_EQ(event.prompt_tokens, 15U);
  }
  EXPECT_EQ(done, (std::vector<std::uint64_t>{4, 8, 12, 15}));
}

TEST(Context, APromptThatLeavesNoRoomIsRefusedAndTheSessionGoesOn) {
  ScriptedModelOptions options;
  options.max_context = 16;
  options.script = always("abc");
  ScriptedEngine engine(options);
  auto session = engine.session();
  const auto full = ask(*session, {user("01234567890")});  // 5 markup tokens and 11 letters
  EXPECT_EQ(full.last().type, EventType::kFailed);
  EXPECT_EQ(full.last().status.code(), StatusCode::kContextFull);
  EXPECT_EQ(session->token_count(), 0);
  EXPECT_TRUE(engine.model->steps().empty());
  EXPECT_EQ(ask(*session, {user("0123456789")}).text, "a");
}

TEST(Context, TextThatCannotFitIsRefusedBeforeItIsTokenized) {
  ScriptedEngine engine({.max_context = 64});
  auto session = engine.session();
  const auto full = ask(*session, {user(std::string(1'000'000, 'a'))});
  EXPECT_EQ(full.last().status.code(), StatusCode::kContextFull);
  EXPECT_EQ(engine.model->encoded_bytes(), 0);
}

TEST(Context, NoMessageBehindTheOneThatFillsItIsTokenized) {
  ScriptedEngine engine({.max_context = 64});
  auto session = engine.session();
  const std::vector<Message> messages(60, user("a"));  // four tokens each
  EXPECT_EQ(ask(*session, messages).last().status.code(), StatusCode::kContextFull);
  EXPECT_LT(engine.model->encoded_bytes(), 20);
}

TEST(Context, AnAnswerThatMeetsTheEndIsDoneByLength) {
  ScriptedModelOptions options;
  options.max_context = 16;
  options.script = always("abcdefghijklmnop");
  ScriptedEngine engine(options);
  auto session = engine.session();
  const auto answer = ask(*session, {user("hi")});  // 7 prompt tokens
  EXPECT_EQ(answer.text, "abcdefghi");
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kLength);
  EXPECT_EQ(ask(*session, {user("so")}).last().status.code(), StatusCode::kContextFull);
}

TEST(Sampling, TheRepetitionPenaltyLooksAtEarlierTurnsToo) {
  // 100 for 'q', 60 for 'z' by bias: 'q' wins unless it is penalised.
  ScriptedEngine engine({.script = always("q")});
  GenerateOptions options;
  options.max_tokens = 1;
  options.sampling.logit_bias = {{'z', 60.0F}};
  options.sampling.repetition_penalty = 4.0F;
  EXPECT_EQ(ask(*engine.session(), {user("hi")}, options).text, "q");
  auto session = engine.session();
  ask(*session, {user("q?")});
  EXPECT_EQ(ask(*session, {user("hi")}, options).text, "z");
}

TEST(Sampling, SuppressionBiasAndSeedReachTheSampler) {
  ScriptedEngine engine({.script = always("a")});
  GenerateOptions options;
  options.max_tokens = 1;
  options.sampling.logit_bias = {{'z', 500.0F}};
  EXPECT_EQ(ask(*engine.session(), {user("hi")}, options).text, "z");
}

}  // namespace
}  // namespace arges::sdk::testing
