// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

StatusCode refusal(Session& session, std::vector<Message> messages, GenerateOptions options = {}) {
  return session.generate(std::move(messages), std::move(options), make_queue(), 1).status().code();
}

template <typename Change>
StatusCode refusal_with(Session& session, Change change) {
  GenerateOptions options;
  change(options);
  return refusal(session, {user("hi")}, options);
}

TEST(Refusal, MessagesThatNoConversationAllows) {
  ScriptedEngine engine;
  auto session = engine.session();
  using std::string;
  EXPECT_EQ(refusal(*session, {}), StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal(*session, {{language::Role::kAssistant, {string("x")}}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal(*session, {user("\xFF")}), StatusCode::kInvalidArgument);
  const std::shared_ptr<const vision::Image> none;
  EXPECT_EQ(refusal(*session, {{language::Role::kUser, {none}}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal(*session, {{language::Role::kUser, {make_image(0, 0)}}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(session->generate({user("hi")}, {}, nullptr, 1).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ask(*session, {user("hi")}).last().type, EventType::kDone);
}

TEST(Refusal, OptionsOutOfTheirRange) {
  ScriptedEngine engine;
  auto session = engine.session();
  const auto bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.max_tokens = 0; }), bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.max_tokens = 1'000'001; }), bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.deadline = std::chrono::milliseconds(-1); }),
            bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.stop_tokens = {-1}; }), bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.stop_tokens = {ByteTokenizer::kVocabSize}; }),
            bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.stop_tokens.assign(65, 1); }), bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.stop_strings = {""}; }), bad);
  EXPECT_EQ(refusal_with(*session, [](auto& o) { o.sampling.temperature = -1; }), bad);
  EXPECT_EQ(ask(*session, {user("hi")}).last().type, EventType::kDone);
}

TEST(Refusal, MoreImagesThanTheLimit) {
  EngineOptions options;
  options.max_images_per_request = 1;
  ScriptedEngine engine({}, options);
  auto session = engine.session();
  EXPECT_EQ(refusal(*session, {{language::Role::kUser, {make_image(1, 1), make_image(1, 1)}}}),
            StatusCode::kInvalidArgument);
}

TEST(Refusal, MorePartsOrTextInAllThanTheLimits) {
  EngineOptions options;
  options.max_parts_per_request = 3;
  options.max_text_per_request = 10;
  ScriptedEngine engine({}, options);
  auto session = engine.session();
  const std::string four(4, 'x');
  EXPECT_EQ(refusal(*session, {user(four), user(four), user(four)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal(*session, {user(""), user(""), user(""), user("")}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ask(*session, {user(four), user(four), user("xx")}).last().type, EventType::kDone);
}

TEST(Refusal, AnImageToATextModel) {
  ScriptedEngine engine({.sees_images = false});
  auto session = engine.session();
  EXPECT_EQ(refusal(*session, {{language::Role::kUser, {make_image(1, 1)}}}),
            StatusCode::kUnsupported);
}

TEST(Refusal, ASecondRequestWhileOneIsInFlight) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->step_gate().shut();
  auto queue = make_queue();
  ASSERT_TRUE(session->generate({user("hi")}, {}, queue, 1).ok());
  EXPECT_EQ(refusal(*session, {user("again")}), StatusCode::kBusy);
  engine.model->step_gate().open();
  EXPECT_EQ(read_all(*queue).last().type, EventType::kDone);
  EXPECT_EQ(ask(*session, {user("again")}).last().type, EventType::kDone)
      << "whoever has read the end finds the session free";
}

TEST(Refusal, AClosedSession) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("hi")});
  session->close();
  session->close();
  EXPECT_EQ(refusal(*session, {user("hi")}), StatusCode::kClosed);
  EXPECT_EQ(session->token_count(), 0);
  EXPECT_TRUE(engine.model->comes_to_live_sequences(0));
}

TEST(Refusal, MoreSessionsThanTheLimit) {
  EngineOptions options;
  options.max_sessions = 2;
  ScriptedEngine engine({}, options);
  auto first = engine.session();
  auto second = engine.session();
  EXPECT_EQ(engine.engine->create_session().status().code(), StatusCode::kBusy);
  first->close();
  EXPECT_TRUE(engine.engine->create_session().ok());
}

TEST(Refusal, EngineOptionsOutOfTheirRange) {
  const auto code = [](EngineOptions options) {
    return Engine::create(std::make_shared<ScriptedModel>(), options).status().code();
  };
  EXPECT_EQ(code({.prefill_chunk = 0}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.prefill_chunk = 8193}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.step_prompt_tokens = -1}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.max_sessions = 0}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.max_images_per_request = -1}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.max_parts_per_request = 0}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.max_text_per_request = -1}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Engine::create(nullptr, {}).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace arges::sdk::testing
