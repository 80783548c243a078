// SPDX-License-Identifier: Apache-2.0
#include "language/text/stop_matcher.h"

#include <gtest/gtest.h>

#include <random>

namespace arges::language {
namespace {

StopMatcher matcher(std::vector<std::string> stops) {
  auto created = StopMatcher::create(std::move(stops));
  EXPECT_TRUE(created.ok()) << created.status().message();
  return *created;
}

TEST(StopMatcher, FindsAStopStringAcrossChunks) {
  StopMatcher stops = matcher({"END"});
  EXPECT_EQ(stops.push("the E"), "the ");
  EXPECT_EQ(stops.push("N"), "");
  EXPECT_FALSE(stops.matched());
  EXPECT_EQ(stops.push("D and more"), "");
  EXPECT_TRUE(stops.matched());
  EXPECT_EQ(stops.push("more"), "");
  EXPECT_EQ(stops.flush(), "");
}

TEST(StopMatcher, GivesBackWhatWasNoStopString) {
  StopMatcher stops = matcher({"ENDE"});
  EXPECT_EQ(stops.push("EEND"), "E");
  EXPECT_EQ(stops.push("ER"), "");
  EXPECT_TRUE(stops.matched());
  StopMatcher again = matcher({"ENDE"});
  EXPECT_EQ(again.push("END"), "");
  EXPECT_EQ(again.push("!"), "END!");
  EXPECT_EQ(again.push("EN"), "");
  EXPECT_EQ(again.flush(), "EN");
  EXPECT_FALSE(again.matched());
}

TEST(StopMatcher, TheStopStringThatEndsFirstWins) {
  StopMatcher stops = matcher({"abcd", "bc"});
  EXPECT_EQ(stops.push("xabcd"), "xa");
  EXPECT_TRUE(stops.matched());
}

TEST(StopMatcher, OfTwoThatEndTogetherTheLongerWins) {
  StopMatcher stops = matcher({"c", "abc"});
  EXPECT_EQ(stops.push("xabc"), "x");
}

TEST(StopMatcher, ResultDoesNotDependOnHowTextIsCut) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) text += static_cast<char>('a' + random() % 3);
    std::vector<std::string> strings;
    for (int i = 0; i < 3; ++i)
      strings.push_back(text.substr(random() % 20, 1 + random() % 6) + "c");
    StopMatcher whole = matcher(strings);
    std::string expected = whole.push(text);
    expected += whole.flush();
    StopMatcher cut = matcher(strings);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t step = 1 + random() % 4;
      out += cut.push(text.substr(at, step));
      at += step;
    }
    out += cut.flush();
    ASSERT_EQ(out, expected) << text;
    ASSERT_EQ(cut.matched(), whole.matched());
  }
}

TEST(StopMatcher, WithoutStopStringsEverythingPasses) {
  StopMatcher stops = matcher({});
  EXPECT_EQ(stops.push("anything"), "anything");
  EXPECT_EQ(stops.flush(), "");
}

TEST(StopMatcher, RefusesBadStopStrings) {
  const auto code = [](std::vector<std::string> stops) {
    return StopMatcher::create(std::move(stops)).status().code();
  };
  EXPECT_EQ(code({""}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({"\xFF"}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({std::string(513, 'a')}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::vector<std::string>(17, "a")), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::vector<std::string>(16, std::string(512, 'a'))), StatusCode::kOk);
}

}  // namespace
}  // namespace arges::language
