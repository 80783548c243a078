// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

#include "tests/sdk/runtime/scripted_engine.h"

namespace arges::sdk::testing {
namespace {

using Step = ScriptedModel::Step;

std::int64_t prompt_tokens(const Step& step) {
  return std::accumulate(
      step.begin(), step.end(), std::int64_t{0},
      [](std::int64_t sum, const auto& part) { return sum + (part.count > 1 ? part.count : 0); });
}

// Requests that set out together. Each brings a picture of two tokens, and pictures are encoded one
// after another: when a last one stands before the gate, all others go back to the text thread.
struct Crowd {
  explicit Crowd(const EngineOptions& options, std::int64_t prompt_tokens_at_once = 0)
      : engine({.script = always(std::string(40, 'x')),
                .tiles_per_image = 1,
                .prompt_tokens_at_once = prompt_tokens_at_once},
               options) {
    engine.model->step_gate().shut();
    engine.model->tile_gate().shut();
  }

  // A prompt of 7 tokens and the text.
  void add(std::string text, const GenerateOptions& options = {}) {
    sessions.push_back(engine.session());
    queues.push_back(make_queue(1024));
    const Message message = {language::Role::kUser, {make_image(1, 1), std::move(text)}};
    ASSERT_TRUE(sessions.back()->generate({message}, options, queues.back(), 1).ok());
  }
  // Runs all to their end. One or more that were ready early go into a first step of their own.
  std::vector<Step> run() {
    auto last = engine.session();
    auto queue = make_queue();
    const Message message = {language::Role::kUser, {make_image(1, 1)}};
    EXPECT_TRUE(last->generate({message}, {}, queue, 1).ok());
    engine.model->tile_gate().let(static_cast<std::int64_t>(sessions.size()));
    engine.model->tile_gate().wait_until_held();
    wait_until_ready();
    engine.model->step_gate().open();
    for (auto& reader : queues) EXPECT_EQ(read_all(*reader).last().type, EventType::kDone);
    last->close();
    engine.model->tile_gate().open();
    return engine.model->steps();
  }
  // The text thread has done with all others when it has come to one that stands behind them.
  void wait_until_ready() {
    engine.model->step_gate().wait_until_held();  // so that this one takes part in no step
    auto behind = engine.session();
    auto queue = make_queue();
    auto request = behind->generate({user("behind")}, {}, queue, 1).value();
    const auto ready = static_cast<std::int64_t>(sessions.size());
    while (engine.model->live_sequences() <= ready) std::this_thread::yield();
    request->cancel();
    behind_.push_back(std::move(behind));
  }

  ScriptedEngine engine;
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<EventQueue>> queues;

 private:
  std::vector<std::shared_ptr<Session>> behind_;
};

TEST(Turn, ALongPromptDoesNotStopAnAnswer) {
  EngineOptions options;
  options.prefill_chunk = 16;
  options.step_prompt_tokens = 16;
  Crowd crowd(options);
  crowd.add("hi");
  crowd.add(std::string(16 * 30, 'p'));
  const auto steps = crowd.run();
  std::size_t chunks = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (prompt_tokens(steps[i]) == 0) continue;
    ++chunks;
    EXPECT_LE(prompt_tokens(steps[i]), 16);
    EXPECT_EQ(steps[i].size(), 2U) << "the answer goes on beside every chunk";
  }
  EXPECT_EQ(chunks, 31U);
}

TEST(Turn, PromptTokensOfAStepAreBoundedAndSharedInTurns) {
  EngineOptions options;
  options.prefill_chunk = 10;
  options.step_prompt_tokens = 20;
  Crowd crowd(options);
  for (int i = 0; i < 4; ++i) crowd.add(std::string(93, 'p'));  // 100 tokens each
  std::vector<std::size_t> complete;  // the steps in which a prompt was complete
  const auto steps = crowd.run();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_LE(prompt_tokens(steps[i]), 20);
    for (const auto& part : steps[i]) {
      if (part.count > 1 && part.wants_logits) complete.push_back(i);
    }
  }
  ASSERT_EQ(complete.size(), 4U);
  EXPECT_LE(complete.back() - complete.front(), 2U) << "equals that take turns end together";
}

TEST(Turn, ChunkBordersDoNotDependOnCompany) {
  EngineOptions options;
  options.prefill_chunk = 7;
  options.step_prompt_tokens = 16;
  Crowd crowd(options);
  for (int i = 0; i < 9; ++i) crowd.add(std::string(static_cast<std::size_t>(20 + i), 'p'));
  for (const auto& step : crowd.run()) {
    for (const auto& part : step) {
      if (part.count == 1) continue;
      EXPECT_EQ(part.position % 7, 0);
      EXPECT_TRUE(part.count == 7 || part.wants_logits);
    }
  }
}

TEST(Turn, LogitsAreWantedOnlyWhereATokenIsChosen) {
  EngineOptions options;
  options.prefill_chunk = 8;
  Crowd crowd(options);
  crowd.add(std::string(25, 'p'));  // 32 tokens
  const auto steps = crowd.run();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    ASSERT_EQ(steps[i].size(), 1U);
    EXPECT_EQ(steps[i][0].wants_logits, i >= 3);
  }
}

TEST(Turn, RequestsThatAreReadyGoTogether) {
  Crowd crowd({});
  for (int i = 0; i < 12; ++i) crowd.add("hi");
  const auto steps = crowd.run();
  ASSERT_GE(steps.size(), 2U);
  EXPECT_EQ(steps[1].size(), 12U);
}

TEST(Turn, TakesAsManyPromptTokensAsTheModelTakesAtOnce) {
  for (const auto& [at_once, most] : {std::pair{0, 512}, std::pair{2048, 2048}}) {
    Crowd crowd({}, at_once);
    // 256 tokens each, and enough of them whichever go with the first step.
    for (int i = 0; i < 16; ++i) crowd.add(std::string(249, 'p'));
    std::int64_t largest = 0;
    for (const Step& step : crowd.run()) largest = std::max(largest, prompt_tokens(step));
    EXPECT_EQ(largest, most);
  }
}

// The steps in which each of so many prompts, the first of letter 'a', brought a chunk of its
// letter.
std::vector<std::vector<std::size_t>> turns_of(const std::vector<Step>& steps, std::size_t count) {
  std::vector<std::vector<std::size_t>> turns(count);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const auto& part : steps[i]) {
      const std::int64_t letter = part.first - 'a';
      const bool counts = part.count > 1 && letter >= 0 && letter < std::ssize(turns);
      if (counts) turns[static_cast<std::size_t>(letter)].push_back(i);
    }
  }
  return turns;
}

// Prompts of 40 chunks with these priorities, one chunk a step.
std::vector<std::vector<std::size_t>> turns_of_priorities(const std::vector<int>& priorities) {
  EngineOptions options;
  options.prefill_chunk = 10;
  options.step_prompt_tokens = 10;
  Crowd crowd(options);
  for (std::size_t i = 0; i < priorities.size(); ++i) {
    GenerateOptions asked;
    asked.priority = priorities[i];
    crowd.add(std::string(393, static_cast<char>('a' + i)), asked);
  }
  return turns_of(crowd.run(), priorities.size());
}

TEST(Turn, NoPromptWaitsMoreThanTwiceItsShareWhateverThePriorities) {
  const std::vector<int> priorities = {0, 100, -100, 100, -100, 50, 100, -1};
  const auto turns = turns_of_priorities(priorities);
  const std::size_t most = 2 * priorities.size();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    ASSERT_GE(turns[i].size(), 38u) << i;
    for (std::size_t k = 1; k < turns[i].size(); ++k) {
      EXPECT_LT(turns[i][k] - turns[i][k - 1], most) << i;
    }
    EXPECT_LT(turns[i].front(), 2 * most) << "its first chunk has other ids";
  }
}

TEST(Turn, AHigherPriorityIsAbsorbedFirst) {
  const auto turns = turns_of_priorities({-50, 0, 0, 50});
  const std::size_t last = turns[3].back();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_LT(last + 20, turns[i].back()) << i;
  EXPECT_LT(turns[1].back(), turns[0].back());
  EXPECT_LT(turns[2].back(), turns[0].back());
}

}  // namespace
}  // namespace arges::sdk::testing
