// SPDX-License-Identifier: Apache-2.0
#include "language/text/text_cuts.h"

#include <gtest/gtest.h>

#include <random>

#include "language/text/sentencepiece_library.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using testing::pocket_like_model;
using testing::TestSentencePiece;

SentencePieceModel read(const TestSentencePiece& model) {
  auto read = read_sentencepiece_model(model.serialize(), TextLimits());
  EXPECT_TRUE(read.ok()) << read.status().message();
  return *read;
}

std::vector<TokenId> whole(const SentencePieceLibrary& library, std::string_view text) {
  std::vector<TokenId> ids;
  EXPECT_TRUE(library.encode(text, ids).ok());
  return ids;
}

std::vector<TokenId> in_slices(const SentencePieceLibrary& library, const TextCuts& cuts,
                               std::string_view text, std::size_t least, int& slices) {
  std::vector<TokenId> ids;
  while (!text.empty()) {
    const auto slice = cuts.first(text, least);
    EXPECT_TRUE(library.encode(text.substr(0, slice.length), ids).ok());
    text.remove_prefix(slice.length + slice.skip);
    ++slices;
  }
  return ids;
}

// Words of the model, parts of them, spaces in runs, characters it does not know, typed marks.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {"red", "re", "r", "ed", "c", " ", "  ", "\n",
                                                 "★",   "▁",  "<", ">",  "|", "x", "cc"};
  std::string text;
  const std::size_t count = random() % 40;
  for (std::size_t i = 0; i < count; ++i) text += parts[random() % parts.size()];
  return text;
}

struct Shape {
  const char* name;
  bool byte_fallback;
  bool dummy_prefix;
  bool joins_spaces;
};

TEST(TextCuts, SlicesGiveTheIdsOfTheWhole) {
  const Shape shapes[] = {{"like pocket", true, false, false},
                          {"with a dummy prefix", true, true, false},
                          {"without byte fallback", false, false, false},
                          {"both", false, true, false},
                          {"with pieces of spaces", true, true, true},
                          {"the same without a prefix", true, false, true}};
  for (const Shape& shape : shapes) {
    auto model = pocket_like_model();
    model.byte_fallback = shape.byte_fallback;
    model.add_dummy_prefix = shape.dummy_prefix;
    if (!shape.byte_fallback)
      std::erase_if(model.pieces, [](const auto& p) { return p.type == 6; });
    if (shape.joins_spaces) {
      for (const char* piece : {"▁▁", "d▁", "d▁▁", "cc"}) model.pieces.push_back({piece, -3, 1});
    }
    model.pieces.push_back({"dr", -2, 4});
    const auto checked = read(model);
    const auto library = SentencePieceLibrary::load(checked);
    ASSERT_TRUE(library.ok());
    const TextCuts cuts(checked);
    std::mt19937 random(7);
    int slices = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string text = random_text(random);
      ASSERT_EQ(in_slices(*library, cuts, text, 1 + random() % 8, slices), whole(*library, text))
          << shape.name << ": \"" << text << '"';
    }
    EXPECT_GT(slices, 4000) << shape.name << ": too few cuts to prove anything";
  }
}

TEST(TextCuts, ModelsWhosePiecesDependOnTheWholeAreNotCut) {
  const std::string text = "a red c red c";
  const auto first = [&](const TestSentencePiece& model) {
    return TextCuts(read(model)).first(text, 1).length;
  };
  EXPECT_LT(first(pocket_like_model()), text.size());
  auto unigram = pocket_like_model();
  unigram.model_type = 1;
  EXPECT_EQ(first(unigram), text.size());
  auto dropping = pocket_like_model();
  dropping.drop_spaces = true;
  EXPECT_EQ(first(dropping), text.size());
  auto unused = pocket_like_model();
  unused.pieces.push_back({"▁red▁c", 0, 5});
  EXPECT_EQ(first(unused), text.size());
}

TEST(TextCuts, NoCutInsideACharacterOrAPiece) {
  auto model = pocket_like_model();
  model.pieces.push_back({"★★", 0, 1});
  const TextCuts cuts(read(model));
  const std::string text = "★★★x";
  for (std::size_t least = 1; least < 9; ++least) EXPECT_EQ(cuts.first(text, least).length, 9u);
  EXPECT_EQ(cuts.first(text, 10).length, 10u);
}

}  // namespace
}  // namespace arges::language
