// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sdk/runtime/log.h"
#include "tests/bindings_c/abi_world.h"
#include "tests/support/tiny_png.h"

namespace arges::bindings_test {
namespace {

constexpr char kAnswer[] = "wrapped up";

// In blocks, as real models: the answer's header lies behind the last border.
std::shared_ptr<sdk::ScriptedModel> model_in_blocks() {
  sdk::ScriptedModelOptions options;
  options.script = [](const sdk::History&) { return std::string(kAnswer); };
  options.block_tokens = 4;
  return std::make_shared<sdk::ScriptedModel>(std::move(options));
}

struct Wrapper : testing::Test {
  arges::Engine engine{open_engine(model_in_blocks())};
  arges::Session session{engine};
  arges::Queue queue;
};

arges::Message question() {
  const std::array<unsigned char, 12> pixels{};
  arges::Message message(arges::Role::kUser);
  message.add(arges::Image::from_pixels(pixels.data(), 2, 2, 6, ARGES_PIXELS_RGB));
  message.add("what is it?");
  return message;
}

TEST_F(Wrapper, AWholeConversation) {
  for (std::uint64_t tag = 0; tag < 2; ++tag) {
    arges::Request request = session.generate(question(), {}, queue, tag);
    std::string text;
    arges::Event event = queue.next();
    for (; !event.terminal(); event = queue.next()) text += event.text();
    event.check();
    EXPECT_EQ(event.tag(), tag);
    EXPECT_EQ(text, kAnswer);
  }
  EXPECT_GT(session.token_count(), 0u);
}

TEST_F(Wrapper, ASessionIsForkedAndTakenBack) {
  for (std::uint64_t tag = 0; tag < 2; ++tag) {
    arges::Request request = session.generate(question(), {}, queue, tag);
    while (!queue.next().terminal()) {
    }
  }
  arges::Session fork = session.fork();
  session.rewind(1);
  ASSERT_EQ(session.turns().size(), 1u);
  const std::vector<arges_turn_info> turns = fork.turns();
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_EQ(turns[0].first_token, 0u);
  EXPECT_EQ(turns[0].tokens, session.token_count());
  EXPECT_EQ(turns[1].first_token, turns[0].tokens);
  EXPECT_EQ(turns[1].images, 1u);
  EXPECT_EQ(turns[1].has_checkpoint, 1u);
  EXPECT_EQ(turns[0].tokens + turns[1].tokens, fork.token_count());
  EXPECT_THROW(session.rewind(2), arges::Error);
}

TEST_F(Wrapper, ASessionTakesItsOptions) {
  arges::Session one(engine, {.checkpoints = 1, .scope = 7});
  for (std::uint64_t tag = 0; tag < 2; ++tag) {
    arges::Request request = one.generate(question(), {}, queue, tag);
    while (!queue.next().terminal()) {
    }
  }
  EXPECT_EQ(one.turns()[0].has_checkpoint, 0u);
  EXPECT_EQ(one.turns()[1].has_checkpoint, 1u);
  EXPECT_THROW(arges::Session(engine, {.checkpoints = 4097, .scope = 0}), arges::Error);
}

TEST_F(Wrapper, AQuestionAskedBeforeIsFound) {
  const arges::Message asked = question();
  arges::Message other(arges::Role::kUser);
  const std::array<unsigned char, 12> pixels{};
  other.add("is it").add(arges::Image::from_pixels(pixels.data(), 2, 2, 6, ARGES_PIXELS_RGB));
  const arges_reuse before = session.reuse({&asked, 1});
  EXPECT_EQ(before.reason, ARGES_REUSE_ALL);
  EXPECT_EQ(before.reused, 0u);
  EXPECT_EQ(before.images, 1u);
  EXPECT_EQ(before.images_cached, 0u);
  arges::Request request = session.generate(question(), {}, queue);
  while (!queue.next().terminal()) {
  }
  arges::Session again = session.fork();
  again.rewind(0);
  const arges_reuse found = again.reuse({&asked, 1});
  EXPECT_EQ(found.prompt_tokens, before.prompt_tokens);
  EXPECT_EQ(found.images, 0u);
  const arges::Request retry = again.generate(asked, {}, queue);
  arges::Event event = queue.next();
  while (!event.terminal()) event = queue.next();
  EXPECT_EQ(event.reused_tokens(), found.reused);
  EXPECT_GT(found.reused, found.prompt_tokens / 2);
  EXPECT_EQ(engine.stats().reused_tokens, found.reused);
  EXPECT_EQ(engine.stats().images_cached, 0u);
  session.rewind(0);
  const arges_reuse differs = session.reuse({&other, 1});
  EXPECT_EQ(differs.reason, ARGES_REUSE_DIFFERS);
  EXPECT_GT(differs.matched, 0u);
  EXPECT_EQ(differs.reused + differs.evicted, 0u);
  EXPECT_EQ(differs.images, 1u);
  EXPECT_EQ(differs.images_cached, 1u);
}

TEST_F(Wrapper, OwnedOptionsReachTheLibrary) {
  arges::GenerateOptions options;
  options.stops = {"up"};
  options.stop_ids = {'!'};
  options.biases = {{'?', -100.0f}};
  arges::Request request = session.generate(question(), options, queue);
  std::string text;
  for (arges::Event event = queue.next(); !event.terminal(); event = queue.next()) {
    text += event.text();
  }
  EXPECT_EQ(text, "wrapped ");
}

TEST_F(Wrapper, PictureFilesAreDecodedByTheRequest) {
  arges::Message message(arges::Role::kUser);
  message.add("look").add_image_bytes(std::as_bytes(std::span(support::kTinyPng)));
  arges::Request request = session.generate(message, {}, queue);
  arges::Event event = queue.next();
  while (!event.terminal()) event = queue.next();
  EXPECT_EQ(event.type(), ARGES_EVENT_DONE);
  EXPECT_THROW(message.add_image_bytes(std::vector<std::byte>((20u << 20) + 1)), arges::Error);
}

TEST_F(Wrapper, FramesBecomePictures) {
  const std::array<unsigned char, 12> planes{};
  using Size = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_EQ(arges::Image::from_nv12(planes.data(), 3, &planes[6], 4, 3, 2).size(), Size(3, 2));
  EXPECT_EQ(arges::Image::from_pixels(planes.data(), 2, 3, 4, ARGES_PIXELS_YUYV).size(),
            Size(2, 3));
}

TEST_F(Wrapper, TheLogGoesToAFunctionThatMayReplaceItself) {
  std::vector<std::string> lines;
  const auto keep = [&](std::uint32_t level, std::string_view line) {
    lines.push_back(std::to_string(level) + " " + std::string(line));
  };
  std::vector<std::string> owned(1, "what the first function owns");
  arges::set_log(
      [&lines, keep, owned](std::uint32_t, std::string_view) {
        arges::set_log(keep, ARGES_LOG_INFO);
        lines.push_back(owned.front());  // still there
        throw std::runtime_error("dropped");
      },
      ARGES_LOG_DEBUG);
  sdk::log(sdk::LogLevel::kDebug, "first");
  sdk::log(sdk::LogLevel::kDebug, "not wanted any more");
  sdk::log(sdk::LogLevel::kInfo, "second");
  arges::set_log(nullptr);
  sdk::log(sdk::LogLevel::kError, "to nobody");
  EXPECT_EQ(lines, (std::vector<std::string>{"what the first function owns", "3 second"}));
  EXPECT_THROW(arges::set_log(keep, 99), arges::Error);
}

TEST_F(Wrapper, FailuresAreThrownWithTheirCode) {
  try {
    arges::Engine({.model_path = "no/such/folder"});
    FAIL();
  } catch (const arges::Error& error) {
    EXPECT_EQ(error.status(), ARGES_NOT_FOUND);
    EXPECT_STRNE(error.what(), "");
  }
  EXPECT_THROW(arges::Message(arges::Role::kUser).add("\xFF"), arges::Error);
  EXPECT_THROW(arges::Image::decode({}), arges::Error);
}

TEST_F(Wrapper, AnEventKeepsItsTextWhenMoved) {
  arges::Request request = session.generate(question(), {}, queue);
  arges::Event event = queue.next();
  while (event.type() != ARGES_EVENT_TEXT) event = queue.next();
  const std::string text(event.text());
  const arges::Event moved = std::move(event);
  EXPECT_EQ(moved.text(), text);
}

TEST_F(Wrapper, NextWithinIsEmptyWhenNothingCame) {
  EXPECT_FALSE(queue.next_within(std::chrono::milliseconds(0)).has_value());
}

TEST_F(Wrapper, CallbackModeTakesAnyCallable) {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  arges::Queue calling([&](const arges_event& event) {
    const std::lock_guard lock(mutex);
    done = done || event.type == ARGES_EVENT_DONE;
    changed.notify_all();
  });
  arges::Request request = session.generate(question(), {}, calling);
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done; });
}

TEST_F(Wrapper, TokensGoThereAndBack) {
  const std::string text = "there and back again, farther than a guess of its length";
  const std::vector<std::int32_t> tokens = engine.tokenize(text);
  EXPECT_EQ(tokens.size(), text.size());
  EXPECT_EQ(engine.detokenize(tokens), text);
  EXPECT_TRUE(engine.tokenize("").empty());
  const arges::Message asked = question();
  EXPECT_GT(engine.count_tokens({&asked, 1}), 11u);
}

TEST_F(Wrapper, ManyEventsAreTakenAtOnceAndTimed) {
  arges::Request request = session.generate(question(), {}, queue);
  EXPECT_TRUE(request.wait_within(std::chrono::minutes(1)));
  std::string text;
  arges::Timings timings;
  for (bool ended = false; !ended;) {
    for (const arges::Event& event : queue.next_some(3, std::chrono::minutes(1))) {
      if (event.type() == ARGES_EVENT_TEXT) text += event.text();
      ended = event.terminal();
      timings = event.timings();
    }
  }
  EXPECT_EQ(text, kAnswer);
  EXPECT_GE(timings.total, timings.first_token);
  EXPECT_TRUE(queue.next_some(3, std::chrono::milliseconds(0)).empty());
  EXPECT_GE(engine.stats().done, 1u);
  EXPECT_STREQ(engine.info().device, "scripted");
}

TEST_F(Wrapper, ACallbackMayDestroyItsOwnQueue) {
  std::optional<arges::Queue> own;
  std::mutex mutex;
  std::condition_variable changed;
  bool gone = false;
  own.emplace([&](const arges_event&) {
    const std::lock_guard lock(mutex);
    own.reset();
    gone = true;
    changed.notify_all();
  });
  arges::Request request = session.generate(question(), {}, *own);
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return gone; });
  lock.unlock();
  EXPECT_TRUE(request.wait_within(std::chrono::minutes(1)));
}

TEST_F(Wrapper, ModelAndPictureAreDescribed) {
  EXPECT_EQ(engine.model_info().vocab_size, 262u);
  EXPECT_EQ(engine.plan_image(4, 8).tokens, 9u);
}

}  // namespace
}  // namespace arges::bindings_test
