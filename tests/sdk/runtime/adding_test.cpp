// SPDX-License-Identifier: Apache-2.0
// Messages that are added to a conversation without an answer.
#include <gtest/gtest.h>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

Message assistant(std::string text) {
  return {language::Role::kAssistant, {std::move(text)}};
}

Transcript add(Session& session, std::vector<Message> messages) {
  auto queue = make_queue();
  auto request = session.add(std::move(messages), queue, 1);
  EXPECT_TRUE(request.ok()) << request.status().message();
  return request.ok() ? read_all(*queue) : Transcript{{Event{}}, ""};
}

TEST(Adding, EndsWithoutAnAnswer) {
  ScriptedEngine engine;
  auto session = engine.session();
  const auto added = add(*session, {user("hi"), assistant("yes"), user("and")});
  EXPECT_EQ(added.last().type, EventType::kDone);
  EXPECT_EQ(added.last().finish_reason, FinishReason::kNone);
  EXPECT_EQ(added.last().generated_tokens, 0u);
  EXPECT_GT(added.last().prompt_tokens, 0u);
  EXPECT_EQ(added.last().prompt_done, added.last().prompt_tokens);
  EXPECT_EQ(added.last().timings.first_token.count(), 0);
  EXPECT_EQ(added.text, "");
  EXPECT_EQ(session->token_count(), static_cast<std::int64_t>(added.last().prompt_tokens));
  for (const auto& step : engine.model->steps()) EXPECT_FALSE(step.front().wants_logits);
}

TEST(Adding, LeavesTheConversationThatGeneratingWouldHaveMade) {
  ScriptedEngine engine;
  auto whole = engine.session();
  const auto expected =
      ask(*whole, {user("hi"), assistant("yes"), {language::Role::kUser, {make_image(2, 5)}}});
  auto parts = engine.session();
  add(*parts, {user("hi")});
  add(*parts, {assistant("yes")});
  EXPECT_EQ(ask(*parts, {{language::Role::kUser, {make_image(2, 5)}}}).text, expected.text);
  EXPECT_EQ(parts->token_count(), whole->token_count());
}

TEST(Adding, ComesBehindAnAnswerToo) {
  ScriptedEngine engine({.script = always("yes")});
  auto session = engine.session();
  ask(*session, {user("hi")});
  const auto held = session->token_count();
  const auto added = add(*session, {user("so")});
  EXPECT_EQ(session->token_count(), held + static_cast<std::int64_t>(added.last().prompt_tokens));
}

TEST(Adding, CancelledLeavesTheConversationAsItWas) {
  ScriptedEngine engine;
  auto session = engine.session();
  add(*session, {user("kept")});
  const auto held = session->token_count();
  engine.model->step_gate().shut();
  auto queue = make_queue();
  auto request = session->add({user("lost")}, queue, 1).value();
  engine.model->step_gate().wait_until_held();
  EXPECT_EQ(session->generate({user("x")}, {}, queue, 2).status().code(), StatusCode::kBusy);
  request->cancel();
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kCancelled);
  EXPECT_EQ(session->token_count(), held);
  auto other = engine.session();
  EXPECT_EQ(ask(*session, {user("x")}).text, ask(*other, {user("kept"), user("x")}).text);
}

TEST(Adding, RefusesWhatGeneratingRefuses) {
  ScriptedEngine engine({.sees_images = false});
  auto session = engine.session();
  const auto code = [&](std::vector<Message> messages) {
    return session->add(std::move(messages), make_queue(), 1).status().code();
  };
  EXPECT_EQ(code({}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({user("\xFF")}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{language::Role::kUser, {make_image(1, 1)}}}), StatusCode::kUnsupported);
  EXPECT_EQ(session->add({user("x")}, nullptr, 1).status().code(), StatusCode::kInvalidArgument);
  session->close();
  EXPECT_EQ(code({user("x")}), StatusCode::kClosed);
}

}  // namespace
}  // namespace arges::sdk::testing
