// SPDX-License-Identifier: Apache-2.0
// Answers that go on from a beginning.
#include <gtest/gtest.h>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

Message beginning(std::string text) {
  return {language::Role::kAssistant, {std::move(text)}};
}

GenerateOptions continuing() {
  GenerateOptions options;
  options.continue_last = true;
  return options;
}

TEST(Continuing, GivesWhatIsNewAlone) {
  ScriptedEngine engine({.script = always("seventeen")});
  auto session = engine.session();
  const auto answer = ask(*session, {user("how many?"), beginning("seven")}, continuing());
  EXPECT_EQ(answer.text, "teen");
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(answer.last().finish_reason, FinishReason::kStop);
  EXPECT_EQ(answer.last().generated_tokens, 4u);
}

TEST(Continuing, HoldsBothAsOneTurn) {
  ScriptedEngine engine;
  auto whole = engine.session();
  const auto answer = ask(*whole, {user("hi")}).text;
  auto session = engine.session();
  const auto rest = ask(*session, {user("hi"), beginning(answer.substr(0, 5))}, continuing());
  EXPECT_EQ(rest.text, answer.substr(5));
  EXPECT_EQ(session->token_count(), whole->token_count());
  EXPECT_EQ(ask(*session, {user("so")}).text, ask(*whole, {user("so")}).text);
}

TEST(Continuing, FollowsMessagesThatWereAddedBefore) {
  ScriptedEngine engine({.script = always("seventeen")});
  auto session = engine.session();
  auto queue = make_queue();
  ASSERT_TRUE(session->add({user("how many?")}, queue, 1).ok());
  read_all(*queue);
  EXPECT_EQ(ask(*session, {beginning("seven")}, continuing()).text, "teen");
}

TEST(Continuing, JoinsThePartsOfTheBeginning) {
  ScriptedEngine engine({.script = always("seventeen")});
  const Message parts = {language::Role::kAssistant, {std::string("sev"), std::string("en")}};
  EXPECT_EQ(ask(*engine.session(), {user("x"), parts}, continuing()).text, "teen");
}

TEST(Continuing, SeeksStopStringsInWhatIsNew) {
  ScriptedEngine engine({.script = always("a stop, b stop, c")});
  GenerateOptions options = continuing();
  options.stop_strings = {"stop"};
  EXPECT_EQ(ask(*engine.session(), {user("x"), beginning("a stop")}, options).text, ", b ");
}

TEST(Continuing, NeedsAnAssistantsText) {
  ScriptedEngine engine;
  auto session = engine.session();
  const auto code = [&](Message last) {
    return session->generate({user("x"), std::move(last)}, continuing(), make_queue(), 1)
        .status()
        .code();
  };
  EXPECT_EQ(code(user("y")), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(beginning("")), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({language::Role::kAssistant, {}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({language::Role::kAssistant, {std::string("y"), make_image(1, 1)}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(session->generate({beginning("y")}, {}, make_queue(), 1).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arges::sdk::testing
