// SPDX-License-Identifier: Apache-2.0
#include "language/text/text_encoding.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "language/text/prompt.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using testing::encoded;

std::shared_ptr<const Tokenizer> byte_level() {
  return testing::tiny_tokenizer({{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}});
}

std::shared_ptr<const Tokenizer> sentencepiece() {
  auto loaded = load_sentencepiece(testing::pocket_like_model().serialize());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return std::move(loaded).value();
}

// A long text of each shape that is cut in another way: words, one run, typed space marks.
std::vector<std::string> long_texts() {
  std::string words;
  std::string marks;
  while (words.size() < 1'000'000) words += "some words and 1234, ";
  while (marks.size() < 1'000'000) marks += "\u2581x";
  return {words, std::string(1'000'000, 'a'), marks};
}

// The slices that a text takes; its ids behind what is there.
int count_slices(TextEncoding& encoding, std::vector<TokenId>& ids) {
  int slices = 0;
  for (; !encoding.done(); ++slices) {
    EXPECT_TRUE(encoding.encode_slice(never_stop(), ids).ok());
  }
  return slices;
}

TEST(TextEncoding, TakesALongTextInManySlices) {
  for (const std::string& text : long_texts()) {
    std::vector<TokenId> ids;
    EXPECT_GE(count_slices(**byte_level()->begin(text), ids), 10) << text.substr(0, 10);
  }
  const auto words = sentencepiece();
  std::vector<TokenId> ids;
  EXPECT_GE(count_slices(**words->begin(long_texts().front()), ids), 10);
  EXPECT_GE(count_slices(**words->begin(long_texts().back()), ids), 10);
}

TEST(TextEncoding, OfTwoTextsInTurnsGivesTheIdsOfEach) {
  for (const auto& tokenizer : {byte_level(), sentencepiece()}) {
    const std::string first = long_texts().front();
    const std::string second = long_texts().back();
    const auto a = tokenizer->begin(first).value();
    const auto b = tokenizer->begin(second).value();
    std::vector<TokenId> a_ids;
    std::vector<TokenId> b_ids;
    while (!a->done() || !b->done()) {
      EXPECT_TRUE(a->done() || a->encode_slice(never_stop(), a_ids).ok());
      EXPECT_TRUE(b->done() || b->encode_slice(never_stop(), b_ids).ok());
    }
    EXPECT_EQ(a_ids, encoded(*tokenizer, first));
    EXPECT_EQ(b_ids, encoded(*tokenizer, second));
    EXPECT_EQ(decode(*tokenizer, a_ids).value(), first);
    EXPECT_EQ(decode(*tokenizer, b_ids).value(), second);
  }
}

TEST(TextEncoding, OfNoTextIsDoneAtOnce) {
  for (const auto& tokenizer : {byte_level(), sentencepiece()}) {
    EXPECT_TRUE(tokenizer->begin("").value()->done());
  }
}

TEST(PromptEncoding, InSlicesIsTheMessage) {
  const auto tokenizer = testing::tiny_tokenizer();
  const auto family = make_prompt_family("vl-01", tokenizer).value();
  PromptMessage message;
  message.parts = {TextPart{std::string(300'000, 'x')}, ImagePart{3}, TextPart{"and"},
                   TextPart{std::string(300'000, 'y')}};
  PromptEncoding encoding = family->begin_message(message).value();
  PromptTokens tokens;
  int slices = 0;
  for (; !encoding.done(); ++slices) {
    ASSERT_TRUE(encoding.encode_slice(never_stop(), tokens).ok());
  }
  const PromptTokens whole = family->message(message).value();
  EXPECT_GE(slices, 8);
  EXPECT_EQ(tokens.ids, whole.ids);
  ASSERT_EQ(tokens.images.size(), 1u);
  EXPECT_EQ(tokens.images[0].begin, whole.images[0].begin);
  EXPECT_EQ(tokens.images[0].count, 3);
}

}  // namespace
}  // namespace arges::language
