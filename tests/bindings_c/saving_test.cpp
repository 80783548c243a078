// SPDX-License-Identifier: Apache-2.0
// Sessions saved and loaded with the bundled model: what follows is the same to the byte, and needs
// no prefill.
#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bindings_c/pocket_talk.h"

namespace arges::bindings_test {
namespace {

constexpr char kNext[] = "How many items are there?";

// Removed with the object.
struct File {
  std::string path = testing::TempDir() + "arges_saving_test." +
                     testing::UnitTest::GetInstance()->current_test_info()->name();
  ~File() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

class Saving : public PocketTalk {
 protected:
  Saving() : PocketTalk("cpu") {}

  static arges::Message said(const std::string& text) { return message(arges::Role::kUser, text); }
  std::string ask(arges::Session& session, const arges::Message& message) {
    arges::GenerateOptions options;
    options.temperature = 1.5F;
    options.seed = 7;
    return text_of(session.generate(message, options, queue));
  }
  // What the session answers next, and the same of one that is loaded from its file; both take as
  // many prompt tokens.
  void expect_same_future(arges::Session& session) {
    text_of(session.save(file.path, queue));
    arges::Session loaded(*engine);
    text_of(loaded.load(file.path, queue));
    EXPECT_EQ(loaded.token_count(), session.token_count());
    for (const arges::Message& next : {said(kNext), question(), said("And what is the date?")}) {
      const std::uint64_t before = absorbed();
      const std::string expected = ask(session, next);
      const std::uint64_t between = absorbed();
      EXPECT_EQ(ask(loaded, next), expected);
      EXPECT_EQ(absorbed() - between, between - before);
    }
  }
  std::uint64_t absorbed() const { return engine->stats().prompt_tokens; }

  const File file;
};

TEST_F(Saving, OfWords) {
  arges::Session session(*engine);
  ask(session, said("What can you see?"));
  expect_same_future(session);
}

TEST_F(Saving, OfAPicture) {
  arges::Session session(*engine);
  ask(session, question());
  ask(session, said(kNext));
  expect_same_future(session);
}

TEST_F(Saving, AfterGoingBack) {
  arges::Session session(*engine);
  ask(session, question());
  ask(session, said("forget this"));
  session.rewind(1);
  expect_same_future(session);
}

TEST_F(Saving, OfABranch) {
  arges::Session session(*engine);
  ask(session, question());
  arges::Session fork = session.fork();
  ask(fork, said("on the branch"));
  expect_same_future(fork);
}

TEST_F(Saving, OfMessagesThatWereAdded) {
  arges::Session session(*engine);
  text_of(session.add(question(), queue));
  expect_same_future(session);
}

TEST_F(Saving, OfABeginningThatWasContinued) {
  arges::Session session(*engine);
  std::vector<arges::Message> messages;
  messages.push_back(question());
  messages.emplace_back(arges::Role::kAssistant);
  messages.back().add("It is");
  arges::GenerateOptions options;
  options.continue_last = 1;
  text_of(session.generate(messages, options, queue));
  expect_same_future(session);
}

TEST_F(Saving, ToAnEngineOfOtherThreadsGoesOnTheSame) {
  arges::Session session(*engine);
  ask(session, question());
  text_of(session.save(file.path, queue));
  const arges::Engine other({.model_path = kPocket, .device = "cpu", .threads = 1});
  arges::Session loaded(other);
  text_of(loaded.load(file.path, queue));
  EXPECT_EQ(ask(loaded, said(kNext)), ask(session, said(kNext)));
}

TEST_F(Saving, ToAnEngineOfAnotherWeightFormatIsAbsorbedAgain) {
  arges::Session session(*engine);
  ask(session, question());
  text_of(session.save(file.path, queue));
  const arges::Engine other({.model_path = kPocket, .device = "cpu", .weight_format = "q8"});
  arges::Session loaded(other);
  text_of(loaded.load(file.path, queue));
  EXPECT_EQ(loaded.turns().front().has_checkpoint, 0u);
  EXPECT_FALSE(ask(loaded, said(kNext)).empty());
}

TEST_F(Saving, WhatIsNotThereIsSaidAtTheEnd) {
  arges::Session session(*engine);
  const arges::Request request = session.load(file.path, queue, 9);
  const arges::Event event = queue.next();
  EXPECT_EQ(event.type(), ARGES_EVENT_FAILED);
  EXPECT_EQ(event.tag(), 9u);
  EXPECT_EQ(event.status(), ARGES_NOT_FOUND);
  EXPECT_FALSE(event.text().empty());
  EXPECT_TRUE(request.wait_within(std::chrono::milliseconds(-1)));
}

}  // namespace
}  // namespace arges::bindings_test
