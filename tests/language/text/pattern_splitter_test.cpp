// SPDX-License-Identifier: Apache-2.0
#include "language/text/pattern_splitter.h"

#include <gtest/gtest.h>

#include "language/text/pattern_dialect.h"

namespace arges::language {
namespace {

using Pieces = std::vector<std::string_view>;

// All pieces of a text.
Result<Pieces> read_all(const PatternSplitter& splitter, std::string_view text,
                        const StopCheck& stop = never_stop()) {
  ARGES_ASSIGN_OR_RETURN(auto reader, splitter.read(text));
  Pieces pieces;
  for (;;) {
    ARGES_ASSIGN_OR_RETURN(const auto piece, reader.next(stop));
    if (piece.empty()) return pieces;
    pieces.push_back(piece);
  }
}

Pieces split(const std::vector<std::string>& patterns, std::string_view text) {
  const auto splitter = PatternSplitter::create(patterns, TextLimits());
  EXPECT_TRUE(splitter.ok()) << splitter.status().message();
  const auto pieces = read_all(*splitter, text);
  EXPECT_TRUE(pieces.ok()) << pieces.status().message();
  return *pieces;
}

Pieces published(std::string_view text) {
  return split({std::string(kPublishedPattern)}, text);
}

TEST(PatternSplitter, PublishedPatternSplitsWordsNumbersAndSpaces) {
  EXPECT_EQ(published("Hello world's end"), (Pieces{"Hello", " world's", " end"}));
  EXPECT_EQ(published("12345"), (Pieces{"123", "45"}));
  EXPECT_EQ(published("a  b"), (Pieces{"a", " ", " b"}));
  EXPECT_EQ(published("x \n\n y"), (Pieces{"x", " \n\n", " y"}));
  EXPECT_EQ(published("camelCase"), (Pieces{"camel", "Case"}));
  EXPECT_EQ(published(";\n//"), (Pieces{";\n//"}));
  EXPECT_EQ(published("(嘉祺)"), (Pieces{"(嘉祺", ")"}));
}

TEST(PatternSplitter, KeepsWhatLiesBetweenMatches) {
  EXPECT_EQ(split({"[0-9]+"}, "ab12cd3"), (Pieces{"ab", "12", "cd", "3"}));
  EXPECT_EQ(split({}, "whole"), (Pieces{"whole"}));
  EXPECT_EQ(split({"x*"}, "ab"), (Pieces{"ab"}));
  EXPECT_TRUE(split({"a"}, "").empty());
}

TEST(PatternSplitter, LaterPatternsSeeOnePieceAtATime) {
  EXPECT_EQ(split({"[0-9]+", "^b|.$"}, "ab12"), (Pieces{"a", "b", "1", "2"}));
}

TEST(PatternSplitter, WhiteSpaceIsUnicodes) {
  // U+180E has not been white space since Unicode 6.3; U+0085 and U+3000 are.
  EXPECT_EQ(split({"\\s"}, "a\u180Eb").size(), 1u);
  EXPECT_EQ(split({"[\\s]"}, "a\u180Eb").size(), 1u);
  EXPECT_EQ(split({"[^\\S]"}, "a\u3000b").size(), 3u);
  EXPECT_EQ(split({"\\s"}, "a\u0085b").size(), 3u);
  EXPECT_EQ(split({"\\S+"}, "a\u3000\tb"), (Pieces{"a", "\u3000\t", "b"}));
  EXPECT_EQ(split({"\\\\s"}, "a\\s"), (Pieces{"a", "\\s"}));
}

TEST(PatternSplitter, RefusesABadPattern) {
  const auto code = [](const std::string& pattern) {
    return PatternSplitter::create({pattern}, TextLimits()).status().code();
  };
  EXPECT_EQ(code(""), StatusCode::kModelInvalid);
  EXPECT_EQ(code("(a"), StatusCode::kModelInvalid);
  EXPECT_EQ(code("\\C"), StatusCode::kModelInvalid);
  EXPECT_EQ(code(std::string(4097, 'a')), StatusCode::kModelInvalid);
  const std::vector<std::string> many(9, "a");
  EXPECT_EQ(PatternSplitter::create(many, TextLimits()).status().code(), StatusCode::kModelInvalid);
}

TEST(PatternSplitter, GivesUpOnExplosivePatternsWithAnError) {
  const auto splitter = PatternSplitter::create({"(a+)+$"}, TextLimits());
  ASSERT_TRUE(splitter.ok());
  const auto pieces = read_all(*splitter, std::string(60, 'a') + "b");
  EXPECT_EQ(pieces.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(read_all(*splitter, "aaa")->size(), 1u);
}

TEST(PatternSplitter, RefusesOptionsForTheEngineAndBackReferences) {
  const auto code = [](const std::string& pattern) {
    return PatternSplitter::create({pattern}, TextLimits()).status().code();
  };
  for (const char* options : {"(*NO_JIT)a", "(*LIMIT_HEAP=4000000)a", "(*UCP)(*NO_JIT)a"}) {
    EXPECT_EQ(code(options), StatusCode::kUnsupported) << options;
  }
  EXPECT_EQ(code("(a*)\\1"), StatusCode::kModelInvalid);
  EXPECT_EQ(code("(?<name>a*)b"), StatusCode::kUnsupported);
  EXPECT_EQ(code("(a|b)(?:c)"), StatusCode::kOk);
  EXPECT_EQ(code("[(*]+"), StatusCode::kOk);
}

StatusCode code_of(const std::string& pattern) {
  return PatternSplitter::create({pattern}, TextLimits()).status().code();
}

TEST(PatternSplitter, RefusesWhatNoStepIsCountedFor) {
  for (const char* hidden :
       {R"(\X{2})", "a(?:(*sr:.*))!", "(?:(*asr:b))", "[^]](*SKIP)", "a|(*F)", R"(\p{L}{257})",
        "(a{2,60000}|b)", R"([a-z\]]{1,9999})", R"(x\\\X)", R"(\N{60000})", R"(\x{41}{257})",
        R"((?<=.{255}a)b)", R"((?C1)a)", R"((?C"text")a)", R"((?(DEFINE)\X)a)"}) {
    EXPECT_EQ(code_of(hidden), StatusCode::kUnsupported) << hidden;
  }
  for (const char* honest :
       {R"(\x{10000}{1,3})", R"(\p{Lu}{256})", R"([]X(*{99}\x{3000}-\x{9999}])", R"(\Q(*\X{999}\E)",
        "[[:alpha:](*]", "a{,b}", R"(\\X)", R"(\(*)", R"((?<=.{255})b)"}) {
    EXPECT_EQ(code_of(honest), StatusCode::kOk) << honest;
  }
}

// What a comment, a class, a quotation or an escape seems to say is not what the engine reads.
TEST(PatternSplitter, NothingHidesAnItemFromTheCheck) {
  for (const char* hidden :
       {R"((?#[)\X+)", R"((?C"[")\X+)", R"((?C255)\X+)", "(?x)#[\n\\X+", R"([^^]{0}\X+)",
        R"([[:]{0}\X+:]?)", R"((?:\c[){0}\X+)", R"((?:[\Q\E][]){0}\X+)", R"((?:[\E][]){0}\X+)",
        R"((?(?=a)b|\X))", R"(\Qa\E{300})", R"(a(?#{1}){300})", "(?x)a # \\x\n{300}",
        R"((?#[)(?:a(*sr:\pL+)))", R"([\E]x]{300})", R"(\x\E{300})"}) {
    EXPECT_EQ(code_of(hidden), StatusCode::kUnsupported) << hidden;
  }
}

TEST(PatternSplitter, RefusesClassesThatTakeLongForOneCharacter) {
  const auto class_of = [](int properties) {
    std::string text = "[";
    for (int i = 0; i < properties; ++i) text += "\\pN";
    return text + "]";
  };
  EXPECT_EQ(code_of(class_of(80)), StatusCode::kOk);
  EXPECT_EQ(code_of(class_of(90)), StatusCode::kUnsupported);
}

// Where it fails, 256 characters have been looked at and none is consumed.
TEST(PatternSplitter, AFailingRepeatCostsWhatItLooksAt) {
  const std::string text(20'000, 'a');
  for (const auto& [pattern, code] :
       {std::pair(R"([a-y]{2}[z0])", StatusCode::kOk),
        std::pair(R"([a-y]{255}[z0])", StatusCode::kInvalidArgument)}) {
    const auto splitter = PatternSplitter::create({pattern}, TextLimits());
    ASSERT_TRUE(splitter.ok());
    EXPECT_EQ(read_all(*splitter, text).status().code(), code) << pattern;
  }
}

// A long text of short pieces: going from one stage's piece back to the text moves over nothing.
TEST(PatternSplitter, StagesShareTheBudgetWithoutPayingForEachOther) {
  const auto splitter =
      PatternSplitter::create({R"(\p{N}{1,3})", R"(\p{Lu}?\p{Ll}+)", R"(\s)"}, TextLimits());
  ASSERT_TRUE(splitter.ok());
  std::string text;
  while (text.size() < 500'000) text += "Word 12 ";
  EXPECT_TRUE(read_all(*splitter, text).ok());
}

// Each of its n matches fails only after it has looked at all that follows.
TEST(PatternSplitter, AWholeTextHasABudget) {
  const auto splitter = PatternSplitter::create({"[ax]*[ay]*[bc]"}, TextLimits());
  ASSERT_TRUE(splitter.ok());
  EXPECT_TRUE(read_all(*splitter, std::string(30, 'a') + "b").ok());
  const auto pieces = read_all(*splitter, std::string(1'000'000, 'a'));
  EXPECT_EQ(pieces.status().code(), StatusCode::kInvalidArgument);
}

TEST(PatternSplitter, EndsInsideAMatchWhenItIsStopped) {
  TextLimits limits;
  limits.max_steps_per_byte = 1'000'000'000;
  const auto splitter = PatternSplitter::create({"[ax]*[ay]*[bc]"}, limits);
  ASSERT_TRUE(splitter.ok());
  int asked = 0;
  const auto stopped = read_all(*splitter, std::string(1'000'000, 'a'), [&] {
    return ++asked < 10 ? Status() : Status(StatusCode::kCancelled, "cancelled");
  });
  EXPECT_EQ(stopped.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 10);
}

// As written in published tokenizers of other families: GPT-2's, GPT-4's, Llama 3's and Qwen 2's.
TEST(PatternSplitter, HonestPatternsStayFarBelowTheBudget) {
  const std::string llama3 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                             R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  TextLimits limits;
  limits.max_steps_per_byte /= 4;
  const std::string gpt4 =
      R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|)"
      R"(\s*[\r\n]|\s+(?!\S)|\s+)";
  const std::string qwen2 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                            R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const std::string published = std::string(kPublishedPattern) + "|\\x{FFFF}";
  for (const std::string& pattern :
       {std::string(kByteLevelPattern) + "|\\x{FFFF}", llama3, gpt4, qwen2, published}) {
    const auto splitter = PatternSplitter::create({pattern}, limits);
    ASSERT_TRUE(splitter.ok());
    for (const char* unit : {"Hello world's end 123456 ", "A", " ", "\n", "1", "日本語", " \n",
                             "\u0300", "a1 B2\t?!"}) {
      std::string text;
      while (text.size() < 200'000) text += unit;
      EXPECT_TRUE(read_all(*splitter, text).ok()) << unit;
    }
  }
}

}  // namespace
}  // namespace arges::language
