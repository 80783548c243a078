// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "language/text/sentencepiece_rules.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using testing::pocket_like_model;
using testing::TestSentencePiece;

std::shared_ptr<const Tokenizer> load(const TestSentencePiece& model) {
  auto loaded = load_sentencepiece(model.serialize());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return std::move(loaded).value();
}

TEST(SentencePieceTokenizer, EncodesWordsAndBytes) {
  const auto tokenizer = load(pocket_like_model());
  std::vector<std::string> pieces;
  for (const TokenId id : testing::encoded(*tokenizer, "a red\n")) {
    pieces.emplace_back(*tokenizer->token_bytes(id));
  }
  EXPECT_EQ(pieces, (std::vector<std::string>{"a", " red", "\n"}));
}

TEST(SentencePieceTokenizer, FindsControlPiecesByContentOnly) {
  const auto tokenizer = load(pocket_like_model());
  EXPECT_EQ(tokenizer->control_token("<|user|>"), 4);
  EXPECT_EQ(tokenizer->control_token("<unk>"), std::nullopt);
  EXPECT_EQ(tokenizer->control_token("<0x41>"), std::nullopt);
  EXPECT_EQ(tokenizer->control_token("red"), std::nullopt);
  EXPECT_EQ(tokenizer->kind(4), TokenKind::kControl);
  EXPECT_EQ(tokenizer->kind(tokenizer->vocab_size()), TokenKind::kAbsent);
  EXPECT_EQ(tokenizer->kind(-1), TokenKind::kAbsent);
}

TEST(SentencePieceTokenizer, TextComesBackExactly) {
  const auto tokenizer = load(pocket_like_model());
  for (const std::string text :
       {"", " ", "  a  b ", "\t\n", "naïve 日本 \U0001F600", "a\u2581b", "\u2581", "<0x41>"}) {
    EXPECT_EQ(*decode(*tokenizer, *tokenizer->encode(text)), text);
  }
  const std::string with_nul("a\0b", 3);
  EXPECT_EQ(*decode(*tokenizer, *tokenizer->encode(with_nul)), with_nul);
}

TEST(SentencePieceTokenizer, UserDefinedPiecesAreText) {
  auto model = pocket_like_model();
  model.pieces.push_back({"<tag>", 0, 4});
  const auto tokenizer = load(model);
  const auto ids = *tokenizer->encode("<tag>");
  EXPECT_EQ(ids, std::vector<TokenId>{tokenizer->vocab_size() - 1});
  EXPECT_FALSE(tokenizer->is_control(ids[0]));
  EXPECT_EQ(tokenizer->control_token("<tag>"), std::nullopt);
}

TEST(SentencePieceTokenizer, RefusesTextThatIsNotUtf8) {
  const auto tokenizer = load(pocket_like_model());
  EXPECT_EQ(tokenizer->encode("a\xFF").status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(tokenizer->encode("a").ok());
}

struct Defect {
  const char* name;
  StatusCode code;
  void (*damage)(TestSentencePiece&);
};

TEST(SentencePieceTokenizer, RefusesBadModels) {
  const StatusCode invalid = StatusCode::kModelInvalid;
  const Defect defects[] = {
      {"no pieces", invalid, [](TestSentencePiece& m) { m.pieces.clear(); }},
      {"no unknown piece", invalid, [](TestSentencePiece& m) { m.pieces.erase(m.pieces.begin()); }},
      {"two unknown pieces", invalid,
       [](TestSentencePiece& m) {
         m.pieces.push_back({"<unk2>", 0, 2});
       }},
      {"empty piece", invalid, [](TestSentencePiece& m) { m.pieces.push_back({""}); }},
      {"piece given twice", invalid, [](TestSentencePiece& m) { m.pieces.push_back({"r"}); }},
      {"text like a control piece", invalid,
       [](TestSentencePiece& m) { m.pieces.push_back({"<|end|>"}); }},
      {"control piece of one character", invalid,
       [](TestSentencePiece& m) {
         m.pieces.push_back({"★", 0, 3});
       }},
      {"piece that is not UTF-8", invalid,
       [](TestSentencePiece& m) { m.pieces.push_back({"\xFF"}); }},
      {"piece of 513 bytes", invalid,
       [](TestSentencePiece& m) { m.pieces.push_back({std::string(513, 'a')}); }},
      {"score is not a number", invalid,
       [](TestSentencePiece& m) {
         m.pieces.back().score = std::numeric_limits<float>::quiet_NaN();
       }},
      {"score is infinite", invalid,
       [](TestSentencePiece& m) {
         m.pieces.back().score = std::numeric_limits<float>::infinity();
       }},
      {"type 0", invalid, [](TestSentencePiece& m) { m.pieces.back().type = 0; }},
      {"type 7", invalid, [](TestSentencePiece& m) { m.pieces.back().type = 7; }},
      {"byte piece without a byte", invalid,
       [](TestSentencePiece& m) {
         m.pieces.push_back({"<0xZZ>", 0, 6});
       }},
      {"byte fallback with a byte missing", invalid,
       [](TestSentencePiece& m) { m.pieces.erase(m.pieces.begin() + 20); }},
      {"word model", StatusCode::kUnsupported, [](TestSentencePiece& m) { m.model_type = 3; }},
      {"character model", StatusCode::kUnsupported, [](TestSentencePiece& m) { m.model_type = 4; }},
      {"raw white space", StatusCode::kUnsupported,
       [](TestSentencePiece& m) { m.escape_spaces = false; }},
      {"damaged rules", invalid, [](TestSentencePiece& m) { m.rules = "rules"; }},
  };
  for (const Defect& defect : defects) {
    auto model = pocket_like_model();
    defect.damage(model);
    const auto loaded = load_sentencepiece(model.serialize());
    EXPECT_EQ(loaded.status().code(), defect.code) << defect.name;
  }
}

// The library skips a field of another wire type than the format's. If we read it, text could
// become what we call markup: in the first case it finds a plain piece where we would find a
// control piece.
TEST(SentencePieceTokenizer, RefusesKnownFieldsOfAnotherWireType) {
  using namespace std::string_view_literals;
  const std::pair<const char*, std::string_view> fields[] = {
      {"a piece's type as fixed32", "\x0a\x09\x0a\x02zz\x1d\x03\0\0\0"sv},
      {"a piece's type as fixed64", "\x0a\x0d\x0a\x02zz\x19\x03\0\0\0\0\0\0\0"sv},
      {"a piece's type as bytes", "\x0a\x07\x0a\x02zz\x1a\x01\x03"sv},
      {"a piece's score as a varint", "\x0a\x06\x0a\x02zz\x10\x01"sv},
      {"a piece's text as a varint", "\x0a\x06\x0a\x02zz\x08\x01"sv},
      {"a piece as a varint", "\x08\x01"sv},
      {"the trainer as a varint", "\x10\x01"sv},
      {"the normalizer as a varint", "\x18\x01"sv},
      {"the model type as fixed32", "\x12\x05\x1d\x02\0\0\0"sv},
      {"byte fallback as fixed32", "\x12\x06\x9d\x02\0\0\0\0"sv},
      {"white space as a suffix as fixed32", "\x12\x06\xc5\x01\0\0\0\0"sv},
      {"the rules as a varint", "\x1a\x02\x10\x01"sv},
      {"the dummy prefix as fixed32", "\x1a\x05\x1d\x01\0\0\0"sv},
      {"escaped spaces as fixed32", "\x1a\x05\x2d\x01\0\0\0"sv},
  };
  const std::string model = pocket_like_model().serialize();
  for (const auto& [name, field] : fields) {
    const auto loaded = load_sentencepiece(model + std::string(field));
    EXPECT_EQ(loaded.status().code(), StatusCode::kModelInvalid) << name;
  }
}

TEST(SentencePieceTokenizer, FieldsThatNobodyReadsMayHaveAnyWireType) {
  using namespace std::string_view_literals;
  // Fields 100 as a varint, as fixed32 and as bytes: extensions are numbered from 200 in the
  // format.
  const auto fields = "\xa0\x06\x01\xa5\x06\0\0\0\0\xa2\x06\x01x"sv;
  const auto loaded = load_sentencepiece(pocket_like_model().serialize() + std::string(fields));
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
}

TEST(SentencePieceTokenizer, MessagesShowNoRawBytesOfTheFile) {
  for (const int type : {1, 6}) {
    auto model = pocket_like_model();
    for (int i = 0; i < 2; ++i) model.pieces.push_back({"\x1b[31m\x07", 0, type});
    const std::string message = load_sentencepiece(model.serialize()).status().message();
    EXPECT_NE(message.find("?[31m?"), std::string::npos) << message;
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
  }
}

TEST(SentencePieceTokenizer, LongestPlainTokenCountsBytesOfText) {
  auto model = pocket_like_model();
  // " red": neither the longer control pieces nor the six letters in which byte pieces are written.
  EXPECT_EQ(longest_plain_token(*load(model)), 4u);
  model.pieces.push_back({"<tag>", 0, 4});
  EXPECT_EQ(longest_plain_token(*load(model)), 5u);
}

TEST(SentencePieceTokenizer, TellsWhetherItKeepsText) {
  auto model = pocket_like_model();
  EXPECT_TRUE(load(model)->keeps_text());
  model.drop_spaces = true;
  const auto dropping = load(model);
  EXPECT_FALSE(dropping->keeps_text());
  EXPECT_LT(dropping->encode(std::string(100, ' '))->size(), 2u) << "why the length bounds nothing";
}

TEST(SentencePieceTokenizer, RefusesOrSurvivesEveryTruncation) {
  const std::string whole = pocket_like_model().serialize();
  for (std::size_t size = 0; size + 1 < whole.size(); size += 1 + size / 200) {
    const auto loaded = load_sentencepiece(whole.substr(0, size));
    EXPECT_TRUE(!loaded.ok() || (*loaded)->encode("a red").ok()) << size;
  }
  EXPECT_FALSE(load_sentencepiece("").ok());
  EXPECT_FALSE(load_sentencepiece("not a model at all").ok());
  EXPECT_FALSE(load_sentencepiece(std::string(64, '\xFF')).ok());
}

// A trie of 256 units where byte 'a' leads to a leaf, and the texts that leaves point to. Units not
// in use are leaves, which no byte leads to.
std::string rules(std::uint32_t root, std::uint32_t node, std::uint32_t leaf, std::string texts) {
  const auto word = [](std::uint32_t value) {
    std::string out;
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
    return out;
  };
  std::string trie;
  for (std::uint32_t i = 0; i < 256; ++i) {
    trie += word(i == 0 ? root : i == ('a' ^ 1) ? node : i == 2 ? leaf : 1u << 31);
  }
  return word(1024) + trie + texts;
}

TEST(SentencePieceRules, EveryStepMustStayInside) {
  const std::uint32_t root = 1u << 10;
  const std::uint32_t node = ('a' ^ 1 ^ 2) << 10 | 1u << 8 | 'a';
  const std::uint32_t leaf = 1u << 31;
  const std::string texts("b\0", 2);
  const auto code = [](const std::string& bytes) {
    return check_normalization_rules(bytes).status().code();
  };
  EXPECT_EQ(code(rules(root, node, leaf, texts)), StatusCode::kOk);
  EXPECT_EQ(code(rules(256u << 10, node, leaf, texts)), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf | 2, texts)), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf | 0x7FFFFFFF, texts)), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf, "b")), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf, "")), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf, std::string("\xFF\0", 2))), StatusCode::kModelInvalid);
  EXPECT_EQ(code(rules(root, node, leaf, texts).substr(0, 1000)), StatusCode::kModelInvalid);
  EXPECT_EQ(code(""), StatusCode::kModelInvalid);
}

TEST(SentencePieceRules, CheckedRulesRewriteText) {
  auto model = pocket_like_model();
  model.rules =
      rules(1u << 10, ('a' ^ 1 ^ 2) << 10 | 1u << 8 | 'a', 1u << 31, std::string("b\0", 2));
  const auto tokenizer = load(model);
  EXPECT_EQ(*decode(*tokenizer, *tokenizer->encode("banana")), "bbnbnb");
}

}  // namespace
}  // namespace arges::language
