// SPDX-License-Identifier: Apache-2.0
#include "language/text/byte_level_bpe.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using nlohmann::json;
using testing::tiny_tokenizer;
using testing::tiny_tokenizer_json;

std::vector<std::string> pieces(const Tokenizer& tokenizer, std::string_view text) {
  const auto ids = tokenizer.encode(text);
  EXPECT_TRUE(ids.ok()) << ids.status().message();
  std::vector<std::string> out;
  for (const TokenId id : *ids) out.emplace_back(*tokenizer.token_bytes(id));
  return out;
}

using Pieces = std::vector<std::string>;

TEST(ByteLevelBpe, MergesTheLowestRankFirstThenTheLeftmost) {
  const auto tokenizer = tiny_tokenizer({{"b", "c"}, {"a", "b"}, {"a", "a"}});
  EXPECT_EQ(pieces(*tokenizer, "abc"), (Pieces{"a", "bc"}));
  EXPECT_EQ(pieces(*tokenizer, "abab"), (Pieces{"ab", "ab"}));
  EXPECT_EQ(pieces(*tokenizer, "aaa"), (Pieces{"aa", "a"}));
}

TEST(ByteLevelBpe, NeverMergesAcrossPieces) {
  const auto tokenizer = tiny_tokenizer({{"b", " "}, {" ", "a"}});
  EXPECT_EQ(pieces(*tokenizer, "b a"), (Pieces{"b", " a"}));
}

TEST(ByteLevelBpe, EveryByteHasAToken) {
  const auto tokenizer = tiny_tokenizer();
  const std::string text = std::string("\0\x01\x7F", 3) + "\u00AD\u0144\U0010FFFF";
  const auto ids = tokenizer->encode(text);
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(ids->size(), text.size());
  EXPECT_EQ(*decode(*tokenizer, *ids), text);
}

TEST(ByteLevelBpe, IgnoreMergesTakesWholePiecesFromTheVocabulary) {
  json file = tiny_tokenizer_json({{"a", "b"}});
  file["model"]["vocab"]["cat"] = 257;
  for (auto& token : file["added_tokens"]) token["id"] = token["id"].get<int>() + 1;
  const auto plain = load_bpe_from_tokenizer_json(file.dump());
  file["model"]["ignore_merges"] = true;
  const auto whole = load_bpe_from_tokenizer_json(file.dump());
  ASSERT_TRUE(plain.ok() && whole.ok());
  EXPECT_EQ(pieces(**plain, "cat"), (Pieces{"c", "a", "t"}));
  EXPECT_EQ(pieces(**whole, "cat"), (Pieces{"cat"}));
  EXPECT_EQ(pieces(**whole, "cats"), (Pieces{"c", "a", "t", "s"}));
}

TEST(ByteLevelBpe, IgnoreMergesDoesNotReachAddedTokensOfTheBaseVocabulary) {
  json file = tiny_tokenizer_json();
  file["model"]["ignore_merges"] = true;
  file["model"]["vocab"]["think"] = 263;
  file["added_tokens"].push_back({{"id", 263}, {"content", "think"}, {"special", true}});
  const auto tokenizer = load_bpe_from_tokenizer_json(file.dump());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_EQ(pieces(**tokenizer, "think").size(), 5u);
  EXPECT_EQ((*tokenizer)->control_token("think"), 263);
  EXPECT_EQ((*tokenizer)->base_vocab_size(), 264);
}

TEST(ByteLevelBpe, PairAndStringMergesAreTheSame) {
  json file = tiny_tokenizer_json({{"a", "b"}, {" ", "ab"}});
  for (auto& merge : file["model"]["merges"]) {
    const auto text = merge.get<std::string>();
    const auto space = text.find(' ');
    merge = json::array({text.substr(0, space), text.substr(space + 1)});
  }
  const auto tokenizer = load_bpe_from_tokenizer_json(file.dump());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_EQ(pieces(**tokenizer, "x ab"), (Pieces{"x", " ab"}));
}

TEST(ByteLevelBpe, MergesAloneRebuildTheVocabulary) {
  const auto tokenizer = load_bpe_from_merges("#version: 0.2\na b\r\n\nĠ ab\n", "");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_EQ((*tokenizer)->vocab_size(), 258);
  EXPECT_EQ((*tokenizer)->token_bytes(0), "!");
  EXPECT_EQ((*tokenizer)->token_bytes(220), " ");
  EXPECT_EQ((*tokenizer)->token_bytes(257), " ab");
  EXPECT_EQ((*tokenizer)->control_token("<image>"), std::nullopt);
}

TEST(ByteLevelBpe, TokenizerConfigNamesTheAddedTokens) {
  const auto tokenizer = load_bpe_from_merges(
      "a b\n", R"({"added_tokens_decoder": {"257": {"content": "<image>", "special": true},
                                            "300": {"content": "<think>", "special": false}}})");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_EQ((*tokenizer)->kind(257), TokenKind::kControl);
  EXPECT_EQ((*tokenizer)->kind(300), TokenKind::kAdded);
  EXPECT_EQ((*tokenizer)->kind(299), TokenKind::kAbsent);
  EXPECT_EQ((*tokenizer)->vocab_size(), 301);
  EXPECT_EQ((*tokenizer)->base_vocab_size(), 257);
}

TEST(ByteLevelBpe, DecodeHidesControlTokensOnlyWhenAsked) {
  const auto tokenizer = tiny_tokenizer();
  const TokenId end = *tokenizer->control_token("<end_of_sentence>");
  const TokenId think = *tokenizer->control_token("<think>");
  const std::vector<TokenId> ids = {think, end};
  EXPECT_EQ(*decode(*tokenizer, ids), "<think><end_of_sentence>");
  EXPECT_EQ(*decode(*tokenizer, ids, ControlText::kOmit), "<think>");
}

TEST(ByteLevelBpe, DecodeNamesAnUnknownId) {
  const auto tokenizer = tiny_tokenizer();
  for (const TokenId id : {-1, 263, 1 << 30}) {
    const auto text = decode(*tokenizer, std::vector<TokenId>{id});
    EXPECT_EQ(text.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(text.status().message().find(std::to_string(id)), std::string::npos);
  }
}

TEST(ByteLevelBpe, LongestPlainTokenIsNeverMarkup) {
  EXPECT_EQ(longest_plain_token(*tiny_tokenizer()), 1u);
  EXPECT_EQ(longest_plain_token(*tiny_tokenizer({{"a", "b"}, {"ab", "c"}, {"d", "e"}})), 3u);
}

TEST(ByteLevelBpe, RefusesTextThatIsNotUtf8AndStaysUsable) {
  const auto tokenizer = tiny_tokenizer();
  for (const std::string text : {"ab\xFF", "\xC3", "\xED\xA0\x80", "\xC0\x80"}) {
    const auto ids = tokenizer->encode(text);
    EXPECT_EQ(ids.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(ids.status().message().find("at byte"), std::string::npos);
  }
  EXPECT_TRUE(tokenizer->encode("ab").ok());
}

TEST(ByteLevelBpe, RefusesTextOverTheLimit) {
  TextLimits limits;
  limits.max_text_bytes = 4;
  const auto tokenizer = load_bpe_from_merges("a b\n", "", limits);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_TRUE((*tokenizer)->encode("abcd").ok());
  EXPECT_EQ((*tokenizer)->encode("abcde").status().code(), StatusCode::kInvalidArgument);
}

TEST(ByteLevelBpe, ManyThreadsEncodeAlike) {
  const auto tokenizer = tiny_tokenizer({{"a", "b"}, {"ab", "c"}});
  const std::string text = "abc ab cab 嘉祺 12345\n\n";
  const auto expected = *tokenizer->encode(text);
  std::vector<std::thread> threads;
  std::vector<int> same(4, 0);
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) same[t] += *tokenizer->encode(text) == expected ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 200));
}

}  // namespace
}  // namespace arges::language
