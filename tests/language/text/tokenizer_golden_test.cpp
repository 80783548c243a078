// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "language/text/byte_level_bpe.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using testing::read_file;

const std::string kFolder = std::string(ARGES_GOLDEN_DIR) + "/tokenizer/";

nlohmann::json golden(const std::string& name) {
  auto parsed = nlohmann::json::parse(read_file(kFolder + name), nullptr, false);
  EXPECT_TRUE(parsed.is_object()) << kFolder + name << " cannot be read";
  return parsed;
}

std::vector<TokenId> ids_of(const nlohmann::json& list) {
  return list.get<std::vector<TokenId>>();
}

// Every case encodes to the recorded ids (column 1); returns how many there were.
std::size_t expect_same_ids(const Tokenizer& tokenizer, const nlohmann::json& cases) {
  for (const auto& row : cases) {
    const auto text = row[0].get<std::string>();
    const auto ids = tokenizer.encode(text);
    EXPECT_TRUE(ids.ok() && *ids == ids_of(row[1])) << "text: " << text;
  }
  return cases.size();
}

void expect_round_trips(const Tokenizer& tokenizer, const nlohmann::json& cases) {
  for (const auto& row : cases) {
    const auto text = decode(tokenizer, ids_of(row[1]));
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(*text, row[0].get<std::string>());
  }
}

TEST(TokenizerGolden, RealVocabularyEqualsHuggingFace) {
  const std::string merges =
      read_file(std::string(ARGES_SHARED_DATA_DIR) + "/minimax-m1/merges.txt");
  if (merges.empty()) GTEST_SKIP() << "the real merges.txt is not in the shared data folder";
  const auto tokenizer = load_bpe_from_merges(merges, "");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  const auto record = golden("minimax_m1.json");
  EXPECT_GE(expect_same_ids(**tokenizer, record["cases"]), 2000u);
  expect_round_trips(**tokenizer, record["cases"]);
}

TEST(TokenizerGolden, TinyVocabularyEqualsHuggingFaceInEveryFileForm) {
  const auto record = golden("tiny_bpe.json");
  const std::string folder = kFolder + "tiny_bpe/";
  const auto pairs = load_bpe_from_tokenizer_json(read_file(folder + "tokenizer.json"));
  const auto strings =
      load_bpe_from_tokenizer_json(read_file(folder + "tokenizer_string_merges.json"));
  const auto files = load_bpe_from_vocab_and_merges(read_file(folder + "vocab.json"),
                                                    read_file(folder + "merges.txt"), "");
  for (const auto* loaded : {&pairs, &strings, &files}) {
    ASSERT_TRUE(loaded->ok()) << loaded->status().message();
    EXPECT_GT(expect_same_ids(***loaded, record["cases"]), 100u);
    expect_round_trips(***loaded, record["cases"]);
    EXPECT_EQ((**loaded)->base_vocab_size(), record["vocab_size"].get<int>());
  }
  for (const auto& [content, id] : record["special_tokens"].items()) {
    EXPECT_EQ((*pairs)->control_token(content), id.get<TokenId>());
    EXPECT_EQ((*pairs)->kind(id.get<TokenId>()), TokenKind::kControl);
  }
}

TEST(TokenizerGolden, SentencePieceEqualsTheRecordedLibrary) {
  for (const std::string kind : {"bpe", "unigram"}) {
    const auto record = golden("sentencepiece_" + kind + ".json");
    const auto tokenizer =
        load_sentencepiece(read_file(kFolder + "sentencepiece_" + kind + ".model"));
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
    EXPECT_EQ((*tokenizer)->vocab_size(), record["vocab_size"].get<int>());
    EXPECT_GT(expect_same_ids(**tokenizer, record["cases"]), 100u);
    for (const auto& row : record["cases"]) {
      const auto text = decode(**tokenizer, ids_of(row[1]));
      ASSERT_TRUE(text.ok());
      EXPECT_EQ(*text, row[2].get<std::string>());
    }
  }
}

}  // namespace
}  // namespace arges::language
