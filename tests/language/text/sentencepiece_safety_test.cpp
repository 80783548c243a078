// SPDX-License-Identifier: Apache-2.0
// What a SentencePiece file cannot do, however it was made: lead the library out of its memory,
// into a loop or a run of copies, or change what text encodes to. README.md of language/text argues
// it.
#include <gtest/gtest.h>

#include "language/text/sentencepiece_rules.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/rule_trie.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using testing::pocket_like_model;
using testing::RuleTrie;
using testing::TestSentencePiece;

StatusCode load_code(const TestSentencePiece& model) {
  return load_sentencepiece(model.serialize()).status().code();
}

std::shared_ptr<const Tokenizer> load(const TestSentencePiece& model) {
  auto loaded = load_sentencepiece(model.serialize());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return std::move(loaded).value();
}

StatusCode rules_code(const RuleTrie& rules) {
  return check_normalization_rules(rules.serialize()).status().code();
}

std::string nested(std::size_t length) {
  return std::string(length, 'a');
}

TEST(SentencePieceRules, ARootMarkedAsALeafStaysInside) {
  RuleTrie rules;
  rules.add("a", "b");
  ASSERT_EQ(rules_code(rules), StatusCode::kOk);
  rules.node("") |= 1u << 31;  // the library takes it for a part of the distance
  EXPECT_EQ(rules_code(rules), StatusCode::kModelInvalid);
}

TEST(SentencePieceRules, AtMost32RulesBeginEachOther) {
  RuleTrie rules;
  for (std::size_t length = 1; length <= 32; ++length) rules.add(nested(length), "b");
  EXPECT_EQ(rules_code(rules), StatusCode::kOk);
  auto model = pocket_like_model();
  model.rules = rules.serialize();
  EXPECT_TRUE(load(model)->encode(nested(100)).ok());
  rules.add(nested(33), "b");
  EXPECT_EQ(rules_code(rules), StatusCode::kModelInvalid);
}

TEST(SentencePieceRules, NoWalkComesBackToWhereItWas) {
  RuleTrie rules;
  rules.add("ab", "c");
  ASSERT_EQ(rules_code(rules), StatusCode::kOk);
  rules.share_children("a", "");
  EXPECT_EQ(rules_code(rules), StatusCode::kModelInvalid);
}

TEST(SentencePieceRules, WordsMayShareTheirEnds) {
  RuleTrie rules;
  rules.add("ab", "c");
  rules.add("x", "d");
  rules.node("x") &= ~(1u << 8);
  rules.share_children("x", "a");
  EXPECT_EQ(rules_code(rules), StatusCode::kOk);
}

TEST(SentencePieceRules, RulesAndReplacementsHaveALongestLength) {
  RuleTrie longest;
  longest.add(std::string(64, 'x'), std::string(256, 'y'));
  EXPECT_EQ(rules_code(longest), StatusCode::kOk);
  RuleTrie long_rule;
  long_rule.add(std::string(65, 'x'), "y");
  EXPECT_EQ(rules_code(long_rule), StatusCode::kModelInvalid);
  RuleTrie long_replacement;
  long_replacement.add("x", std::string(257, 'y'));
  EXPECT_EQ(rules_code(long_replacement), StatusCode::kModelInvalid);
}

TEST(SentencePieceRules, GrowthIsTheMostBytesForOne) {
  RuleTrie rules;
  EXPECT_EQ(*check_normalization_rules([&] {
    rules.add("a", "b");
    return rules.serialize();
  }()),
            1u);
  rules.add("abc", std::string(13, 'x'));
  EXPECT_EQ(*check_normalization_rules(rules.serialize()), 5u);
  rules.add("d", std::string(40, 'x'));
  EXPECT_EQ(*check_normalization_rules(rules.serialize()), 40u);
}

TEST(SentencePieceSafety, AtMost64UserDefinedPiecesBeginEachOther) {
  auto model = pocket_like_model();
  for (std::size_t length = 1; length <= 64; ++length)
    model.pieces.push_back({nested(length), 0, 4});
  EXPECT_TRUE(load(model)->encode(nested(200)).ok());
  auto apart = model;
  apart.pieces.push_back({"b", 0, 4});
  EXPECT_EQ(load_code(apart), StatusCode::kOk);
  model.pieces.push_back({nested(65), 0, 4});
  EXPECT_EQ(load_code(model), StatusCode::kModelInvalid);
}

TEST(SentencePieceSafety, NoPieceHasANul) {
  for (const int search : {1, 2}) {
    for (const int type : {1, 2, 3, 4, 5}) {
      auto model = pocket_like_model();
      model.model_type = search;
      model.pieces.push_back({std::string("a\0b", 3), 0, type});
      EXPECT_EQ(load_code(model), StatusCode::kModelInvalid) << search << type;
    }
  }
}

TEST(SentencePieceSafety, TheFilesSelfTestIsNotRun) {
  using namespace std::string_view_literals;
  // Field 4: one sample, whose text gives other pieces than it says.
  const auto wrong_self_test = "\x22\x0a\x0a\x08\x0a\x01\x61\x12\x03\x6e\x6f\x70"sv;
  const auto loaded =
      load_sentencepiece(pocket_like_model().serialize() + std::string(wrong_self_test));
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
}

TEST(SentencePieceSafety, BytePiecesAreThereWithByteFallbackOnly) {
  auto without = pocket_like_model();
  without.byte_fallback = false;
  EXPECT_EQ(load_code(without), StatusCode::kModelInvalid) << "byte pieces nobody asked for";
  std::erase_if(without.pieces, [](const auto& piece) { return piece.type == 6; });
  EXPECT_EQ(load_code(without), StatusCode::kOk);
  without.pieces.push_back({"<0x41>", 0, 1});
  EXPECT_EQ(load_code(without), StatusCode::kModelInvalid) << "text that looks like a byte piece";
}

TestSentencePiece without_byte_fallback(int search) {
  auto model = pocket_like_model();
  model.model_type = search;
  model.byte_fallback = false;
  std::erase_if(model.pieces, [](const auto& piece) { return piece.type == 6; });
  return model;
}

// The library copies a run once for every character it adds; at this length that took a minute.
TEST(SentencePieceSafety, ARunOfUnknownCharactersIsOneUnknownId) {
  for (const int search : {1, 2}) {
    const auto tokenizer = load(without_byte_fallback(search));
    const TokenId unknown = 0;
    const TokenId red = *tokenizer->control_token("<image>") + 3;
    EXPECT_EQ(testing::encoded(*tokenizer, "★★ red★ red"),
              (std::vector<TokenId>{unknown, red, unknown, red}));
    const std::size_t longest = search == 1 ? 1'300'000 : 4'000'000;
    EXPECT_EQ(testing::encoded(*tokenizer, std::string(longest, 'q')),
              std::vector<TokenId>{unknown})
        << search;
  }
}

TEST(SentencePieceSafety, PiecesHaveAMostInAll) {
  auto model = pocket_like_model();
  TextLimits limits;
  limits.max_piece_bytes = 0;
  for (const auto& piece : model.pieces) limits.max_piece_bytes += piece.text.size();
  EXPECT_TRUE(load_sentencepiece(model.serialize(), limits).ok());
  model.pieces.push_back({"x"});
  EXPECT_EQ(load_sentencepiece(model.serialize(), limits).status().code(),
            StatusCode::kModelInvalid);
}

TEST(SentencePieceSafety, KeepsTextOnlyWhereASpaceAndItsMarkAreTold) {
  auto no_space_piece = pocket_like_model();
  std::erase_if(no_space_piece.pieces, [](const auto& piece) { return piece.text == "▁"; });
  EXPECT_FALSE(load(no_space_piece)->keeps_text());
  auto dummy_prefix = pocket_like_model();
  dummy_prefix.add_dummy_prefix = true;
  EXPECT_FALSE(load(dummy_prefix)->keeps_text()) << "a typed U+2581 becomes a space";
  EXPECT_TRUE(load(pocket_like_model())->keeps_text());
}

TEST(SentencePieceSafety, LongTextEndsWhenItIsStopped) {
  const auto tokenizer = load(pocket_like_model());
  std::string text;
  while (text.size() < 1'000'000) text += "a red ";
  int asked = 0;
  const auto stopped = tokenizer->encode(
      text, [&] { return ++asked < 4 ? Status() : Status(StatusCode::kCancelled, "cancelled"); });
  EXPECT_EQ(stopped.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 4);
}

TEST(SentencePieceSafety, AStretchThatCannotBeCutHasALongestLength) {
  auto joined = pocket_like_model();
  joined.pieces.push_back({"rr", -20, 1});  // so that a run of r has no place to cut
  const auto tokenizer = load(joined);
  const std::string run(2'000'000, 'r');
  EXPECT_EQ(tokenizer->encode(run).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(tokenizer->encode(run.substr(0, 1'000'000)).ok());
  EXPECT_TRUE(tokenizer->encode(run.substr(0, 1'000'000) + " " + run.substr(0, 1'000'000)).ok());
}

}  // namespace
}  // namespace arges::language
