// SPDX-License-Identifier: Apache-2.0
#include "language/text/text_stream.h"

#include <gtest/gtest.h>

#include "language/text/sentencepiece_tokenizer.h"
#include "language/text/utf8.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

TEST(TextStream, EmitsOnlyWholeCodePoints) {
  const auto tokenizer = testing::tiny_tokenizer();
  const std::string text = "é嘉祺 \U0001F469\u200D\U0001F680 end";
  TextStream stream(*tokenizer);
  std::string out;
  for (const TokenId id : testing::encoded(*tokenizer, text)) {
    const std::string part = stream.push(id);
    EXPECT_EQ(utf8_valid_prefix(part), part.size());
    out += part;
  }
  EXPECT_EQ(out + stream.flush(), text);
}

TEST(TextStream, HidesControlTokensAndShowsAddedOnes) {
  const auto tokenizer = testing::tiny_tokenizer();
  TextStream stream(*tokenizer);
  EXPECT_EQ(stream.push(*tokenizer->control_token("<think>")), "<think>");
  EXPECT_EQ(stream.push(*tokenizer->control_token("<end_of_sentence>")), "");
  EXPECT_EQ(stream.push(1 << 20), "");
  EXPECT_EQ(stream.push(-5), "");
}

TEST(TextStream, TakesTheDummyPrefixAwayOnce) {
  auto model = testing::pocket_like_model();
  model.add_dummy_prefix = true;
  const auto tokenizer = load_sentencepiece(model.serialize());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  ASSERT_TRUE((*tokenizer)->adds_leading_space());
  for (const std::string text : {"red red", " red", "x", ""}) {
    TextStream stream(**tokenizer);
    std::string out;
    for (const TokenId id : testing::encoded(**tokenizer, text)) out += stream.push(id);
    EXPECT_EQ(out, text);
  }
}

TEST(TextStream, KeepsALeadingSpaceWhereTheTextGoesOn) {
  auto model = testing::pocket_like_model();
  model.add_dummy_prefix = true;
  const auto tokenizer = load_sentencepiece(model.serialize());
  ASSERT_TRUE(tokenizer.ok());
  TextStream stream(**tokenizer, false);
  std::string out;
  for (const TokenId id : testing::encoded(**tokenizer, "red")) out += stream.push(id);
  EXPECT_EQ(out, " red");
}

TEST(TextStream, AnUnfinishedCodePointEndsAsReplacement) {
  const auto tokenizer = testing::tiny_tokenizer();
  TextStream stream(*tokenizer);
  auto ids = *tokenizer->encode("a\U0001F600");
  ids.pop_back();
  std::string out;
  for (const TokenId id : ids) out += stream.push(id);
  EXPECT_EQ(out, "a");
  EXPECT_EQ(stream.flush(), "\uFFFD");
}

}  // namespace
}  // namespace arges::language
