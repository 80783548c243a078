// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "language/text/byte_level_bpe.h"
#include "language/text/prompt.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

// The tokenizer of MiniMax-M1 as rebuilt from its published merges.
class RealVocabulary : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string merges = read_merges();
    if (merges.empty()) return;
    auto loaded =
        load_bpe_from_merges(merges, testing::read_file(folder() + "tokenizer_config.json"));
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    tokenizer = std::move(loaded).value();
  }
  static void TearDownTestSuite() { tokenizer.reset(); }
  void SetUp() override {
    if (!tokenizer) GTEST_SKIP() << "the real merges.txt is not in the shared data folder";
  }
  static std::string folder() { return std::string(ARGES_SHARED_DATA_DIR) + "/minimax-m1/"; }
  static std::string read_merges() { return testing::read_file(folder() + "merges.txt"); }
  static std::vector<TokenId> encode(std::string_view text) {
    const auto ids = tokenizer->encode(text);
    EXPECT_TRUE(ids.ok()) << ids.status().message();
    return ids.ok() ? *ids : std::vector<TokenId>();
  }

  static inline std::shared_ptr<const Tokenizer> tokenizer;
};

TEST_F(RealVocabulary, HasThePublishedIds) {
  EXPECT_EQ(encode("嘉祺"), std::vector<TokenId>{190467});
  EXPECT_EQ(encode("Hello"), std::vector<TokenId>{19739});
  EXPECT_EQ(encode(" the"), std::vector<TokenId>{275});
  EXPECT_EQ(encode(".chromium"), std::vector<TokenId>{199999});
  EXPECT_EQ(tokenizer->base_vocab_size(), 200000);
}

TEST_F(RealVocabulary, KnowsOnlyTheTwoCertainMarkupIds) {
  EXPECT_EQ(tokenizer->control_token("<end_of_sentence>"), 200020);
  EXPECT_EQ(tokenizer->control_token("<image>"), 200025);
  EXPECT_EQ(tokenizer->control_token("<beginning_of_sentence>"), std::nullopt);
  EXPECT_EQ(tokenizer->kind(200021), TokenKind::kAbsent);
  EXPECT_EQ(tokenizer->vocab_size(), 200026);
}

TEST_F(RealVocabulary, PromptFamilyNamesTheMissingMarkup) {
  const auto family = make_prompt_family("m1", tokenizer);
  EXPECT_EQ(family.status().code(), StatusCode::kModelInvalid);
  EXPECT_NE(family.status().message().find("<begin_of_document>"), std::string::npos);
}

// As tokenizer.json has them today: 200,000 tokens, and every merge a pair.
TEST_F(RealVocabulary, ItsTokenizerJsonStaysInsideTheLimits) {
  nlohmann::json file = testing::tiny_tokenizer_json();
  file["added_tokens"] = nlohmann::json::array();
  auto& vocabulary = file["model"]["vocab"] = nlohmann::json::object();
  for (TokenId id = 0; id < tokenizer->base_vocab_size(); ++id) {
    vocabulary[testing::written(*tokenizer->token_bytes(id))] = id;
  }
  std::istringstream merges(read_merges());
  for (std::string line; std::getline(merges, line);) {
    const std::size_t space = line.find(' ');
    if (line.starts_with("#version") || space == std::string::npos) continue;
    file["model"]["merges"].push_back({line.substr(0, space), line.substr(space + 1)});
  }
  const auto loaded = load_bpe_from_tokenizer_json(file.dump());
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const std::string text = "The chromium of 嘉祺\n";
  EXPECT_EQ(testing::encoded(**loaded, text), encode(text));
}

// One thread works here; with the thread sanitizer in it the whole length takes minutes.
#if defined(__SANITIZE_THREAD__)
constexpr std::size_t kShorter = 16;
#else
constexpr std::size_t kShorter = 1;
#endif

TEST_F(RealVocabulary, LongRunsOfOneCharacterEncodeAndComeBack) {
  for (const std::string unit : {"a", "A", " ", "\n", "1", "!", "\u0300", "嘉", "aB1 嘉\u0300\n"}) {
    std::string text;
    while (text.size() < 1'000'000 / kShorter) text += unit;
    const auto back = decode(*tokenizer, encode(text));
    ASSERT_TRUE(back.ok());
    EXPECT_TRUE(*back == text) << "a run of '" << unit << "' changed";
  }
}

TEST_F(RealVocabulary, TheLongestPieceOfAMessageEncodes) {
  const std::string text(8'000'000 / kShorter, 'A');
  const auto back = decode(*tokenizer, encode(text));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(*back == text);
}

}  // namespace
}  // namespace arges::language
