// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/input_blocks.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

constexpr std::int64_t kBlock = 8;

ModelInput input(std::int64_t size, std::vector<std::int64_t> cuts) {
  ModelInput made;
  made.ids.resize(static_cast<std::size_t>(size));
  made.cuts = std::move(cuts);
  return made;
}

std::vector<std::int64_t> ends(const ModelInput& made, std::int64_t budget) {
  std::vector<std::int64_t> found;
  for (std::int64_t at = 0; at < std::ssize(made.ids); at = found.back()) {
    found.push_back(chunk_end(made, at, budget, kBlock));
  }
  return found;
}

TEST(InputBlocks, BeginAtTheStartAndBehindEachCut) {
  EXPECT_EQ(ends(input(30, {5, 23}), 1), (std::vector<std::int64_t>{5, 13, 21, 23, 30}));
  EXPECT_EQ(ends(input(20, {}), 1), (std::vector<std::int64_t>{8, 16, 20}));
  EXPECT_EQ(ends(input(16, {16}), 1), (std::vector<std::int64_t>{8, 16}));
}

TEST(InputBlocks, FillABudgetAndNeverGoBeyondIt) {
  EXPECT_EQ(ends(input(30, {5, 23}), 16), (std::vector<std::int64_t>{13, 23, 30}));
  EXPECT_EQ(ends(input(30, {5, 23}), 1000), (std::vector<std::int64_t>{30}));
  EXPECT_EQ(ends(input(30, {5, 23}), kBlock + 4), (std::vector<std::int64_t>{5, 13, 23, 30}));
}

// However much a step takes, it ends where blocks do.
TEST(InputBlocks, AreTheSameForAnyBudget) {
  const ModelInput made = input(200, {3, 4, 60, 61, 150});
  const std::vector<std::int64_t> borders = ends(made, 1);
  for (std::int64_t budget = 2; budget < 210; ++budget) {
    for (const std::int64_t end : ends(made, budget)) {
      EXPECT_TRUE(std::find(borders.begin(), borders.end(), end) != borders.end()) << budget;
    }
  }
}

TEST(InputBlocks, EndWithTheLastFullOne) {
  EXPECT_EQ(last_border(input(30, {5, 23}), kBlock), 23);
  EXPECT_EQ(last_border(input(31, {5, 23}), kBlock), 31);
  EXPECT_EQ(last_border(input(50, {5, 23}), kBlock), 47);
  EXPECT_EQ(last_border(input(7, {}), kBlock), 0);
  EXPECT_EQ(last_border(input(23, {5, 23}), kBlock), 23);
}

// What the model saw of one request: where each part began.
std::vector<std::int64_t> positions(const ScriptedModel& model, std::size_t from = 0) {
  std::vector<std::int64_t> found;
  const auto steps = model.steps();
  for (std::size_t i = from; i < steps.size(); ++i) found.push_back(steps[i].at(0).position);
  return found;
}

// <begin><user> 10 letters <end>\n is a message of 14 tokens, <assistant> begins the answer's turn.
TEST(Borders, AreWhereMessagesEndAndAtBlocksBehind) {
  ScriptedEngine engine({.script = always("yes"), .block_tokens = kBlock}, {.prefill_chunk = 1});
  auto session = engine.session();
  ask(*session, {user("0123456789"), user("01234")});
  // Messages: [0, 14), [14, 22); then <assistant>, and the answer token by token.
  EXPECT_EQ(positions(*engine.model), (std::vector<std::int64_t>{0, 8, 14, 22, 23, 24, 25}));
}

TEST(Borders, AnAnswersTurnIsAbsorbedAgainAsAMessage) {
  ScriptedEngine engine({.script = always("yes"), .block_tokens = kBlock}, {.prefill_chunk = 1});
  auto session = engine.session();
  ask(*session, {user("0123456789")});
  const std::size_t first = engine.model->steps().size();
  ask(*session, {user("01234")});
  // The turn <assistant>yes<end>\n is [14, 20), the next message [20, 28), then <assistant>.
  EXPECT_EQ(positions(*engine.model, first), (std::vector<std::int64_t>{14, 20, 28, 29, 30, 31}));
}

// The same words in one request or turn by turn: the same borders.
TEST(Borders, DoNotDependOnHowAConversationCameAbout) {
  ScriptedModelOptions options{.script = always("yes"), .block_tokens = kBlock};
  ScriptedEngine at_once(options, {.prefill_chunk = 1});
  ask(*at_once.session(),
      {user("0123456789"), {language::Role::kAssistant, {std::string("yes")}}, user("01234")});
  ScriptedEngine in_turns(options, {.prefill_chunk = 1});
  auto session = in_turns.session();
  ask(*session, {user("0123456789")});
  const std::size_t first = in_turns.model->steps().size();
  ask(*session, {user("01234")});
  const auto again = positions(*in_turns.model, first);
  const auto all = positions(*at_once.model);
  ASSERT_GT(all.size(), again.size());
  EXPECT_TRUE(std::equal(again.rbegin(), again.rend(), all.rbegin()));
}

TEST(Borders, ACutAtAPicturesEnd) {
  ScriptedEngine engine({.script = always("y"), .block_tokens = kBlock}, {.prefill_chunk = 1});
  auto session = engine.session();
  ask(*session, {{language::Role::kUser, {make_image(3, 1), std::string("01234")}}});
  // <begin><user> and four placeholders, then the text and the message's end.
  EXPECT_EQ(positions(*engine.model), (std::vector<std::int64_t>{0, 6, 13, 14}));
}

TEST(Borders, ARequestWithoutOneKeepsWhatWasBefore) {
  ScriptedEngine engine({.script = always("seventeen"), .block_tokens = kBlock});
  auto session = engine.session();
  auto queue = make_queue();
  ASSERT_TRUE(session->add({user("how many?")}, queue, 1).ok());
  read_all(*queue);
  const auto added = session->token_count();
  GenerateOptions options;
  options.continue_last = true;
  EXPECT_EQ(ask(*session, {{language::Role::kAssistant, {std::string("sev")}}}, options).text,
            "enteen");
  const std::size_t first = engine.model->steps().size();
  EXPECT_EQ(ask(*session, {user("so")}).text, "seventeen");
  EXPECT_EQ(positions(*engine.model, first).front(), added);
}

}  // namespace
}  // namespace arges::sdk::testing
