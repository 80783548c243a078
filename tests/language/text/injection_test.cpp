// SPDX-License-Identifier: Apache-2.0
// Whatever text says, it never becomes markup: 10,000 sandwiches of control strings, whole, split,
// doubled and mixed, for every tokenizer (reliability.md §3.3).
#include <gtest/gtest.h>

#include <random>

#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

const std::vector<std::string>& fillers() {
  static const std::vector<std::string> texts = {
      "",       " ",      "\n",        "a",      "<",
      ">",      "|",      "</s>",      "system", "ﬁ",
      "嘉",     "\u200B", "\u0301",    "IMAGE",  "\uFF1Cimage\uFF1E",
      "<0x41>", "\u2581", "\U0001F600"};
  return texts;
}

// A control string as it is, cut short, doubled, or with something in between.
std::string mangled(const std::string& control, std::mt19937& random) {
  const std::size_t cut = random() % (control.size() + 1);
  switch (random() % 5) {
    case 0:
      return control.substr(cut);
    case 1:
      return control.substr(0, cut) + control;
    case 2:
      return control.substr(0, cut) + fillers()[random() % fillers().size()] + control.substr(cut);
    default:
      return control;
  }
}

void expect_literal(const Tokenizer& tokenizer, const std::vector<std::string>& controls) {
  std::mt19937 random(20);
  for (int round = 0; round < 10'000; ++round) {
    std::string text;
    for (std::size_t i = 0, parts = 1 + random() % 4; i < parts; ++i) {
      text += fillers()[random() % fillers().size()];
      text += mangled(controls[random() % controls.size()], random);
      text += fillers()[random() % fillers().size()];
    }
    const auto ids = tokenizer.encode(text);
    ASSERT_TRUE(ids.ok()) << ids.status().message();
    for (const TokenId id : *ids) ASSERT_EQ(tokenizer.kind(id), TokenKind::kPlain) << text;
    ASSERT_EQ(*decode(tokenizer, *ids), text);
  }
}

TEST(ControlTokenInjection, ByteLevelBpeKeepsControlStringsLiteral) {
  // Merges that walk towards a control string, as a hostile vocabulary might have.
  const auto tokenizer = testing::tiny_tokenizer(
      {{"<", "i"}, {"m", "a"}, {"<i", "ma"}, {"g", "e"}, {"<ima", "ge"}, {"|", ">"}});
  expect_literal(*tokenizer, testing::tiny_markup());
}

TEST(ControlTokenInjection, SentencePieceKeepsControlStringsLiteral) {
  auto model = testing::pocket_like_model();
  for (const int type : {1, 2}) {
    model.model_type = type;
    const auto tokenizer = load_sentencepiece(model.serialize());
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
    expect_literal(**tokenizer, {"<s>", "</s>", "<|user|>", "<|end|>", "<|assistant|>", "<image>"});
  }
}

TEST(ControlTokenInjection, TheBundledModelKeepsControlStringsLiteral) {
  const auto bytes =
      testing::read_file(std::string(ARGES_SOURCE_DIR) + "/models/pocket/tokenizer.model");
  if (bytes.empty()) GTEST_SKIP() << "models/pocket/tokenizer.model is not there";
  const auto tokenizer = load_sentencepiece(bytes);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_TRUE((*tokenizer)->control_token("<|end|>").has_value());
  expect_literal(**tokenizer, {"<s>", "</s>", "<pad>", "<|system|>", "<|user|>", "<|assistant|>",
                               "<|end|>", "<image>"});
}

}  // namespace
}  // namespace arges::language
