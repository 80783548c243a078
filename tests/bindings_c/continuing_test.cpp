// SPDX-License-Identifier: Apache-2.0
// Messages without an answer and answers that go on from a beginning, with the bundled model.
#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <span>
#include <string>
#include <vector>

#include "tests/bindings_c/pocket_talk.h"

namespace arges::bindings_test {
namespace {

constexpr char kNext[] = "How many items are there?";

class Continuing : public PocketTalk {
 protected:
  std::string ask(arges::Session& session, const std::string& question) {
    return text_of(session.generate(message(arges::Role::kUser, question), {}, queue));
  }
};

TEST_F(Continuing, EveryBeginningOfAnAnswerLeadsToTheSameAnswer) {
  arges::Session whole(*engine);
  const std::string answer = text_of(whole.generate(question(), {}, queue));
  const std::vector<std::int32_t> tokens = engine->tokenize(answer);
  ASSERT_GE(tokens.size(), 3u) << answer;
  const std::uint64_t held = whole.token_count();
  const std::string next = ask(whole, kNext);
  for (std::size_t count = 1; count < tokens.size(); ++count) {
    const std::string begun = engine->detokenize(std::span(tokens).first(count));
    if (!answer.starts_with(begun)) continue;  // cut inside a code point, or a space in front
    arges::Session session(*engine);
    std::vector<arges::Message> messages;
    messages.push_back(question());
    messages.push_back(message(arges::Role::kAssistant, begun));
    arges::GenerateOptions options;
    options.continue_last = 1;
    EXPECT_EQ(begun + text_of(session.generate(messages, options, queue)), answer) << begun;
    EXPECT_EQ(session.token_count(), held) << begun;
    EXPECT_EQ(ask(session, kNext), next) << begun;
  }
}

TEST_F(Continuing, AddedMessagesAreTheSamePrompt) {
  std::vector<arges::Message> messages;
  messages.push_back(message(arges::Role::kUser, "Hello."));
  messages.push_back(message(arges::Role::kAssistant, "Hello, show me a picture."));
  messages.push_back(message(arges::Role::kUser, "There is none."));
  arges::Session whole(*engine);
  const std::string answer = text_of(whole.generate(messages, {}, queue));
  arges::Session parts(*engine);
  text_of(parts.add(std::span(messages).first(2), queue));
  const std::uint64_t added = parts.token_count();
  EXPECT_GT(added, 0u);
  EXPECT_EQ(text_of(parts.generate(messages.back(), {}, queue)), answer);
  EXPECT_EQ(parts.token_count(), whole.token_count());
}

}  // namespace
}  // namespace arges::bindings_test
