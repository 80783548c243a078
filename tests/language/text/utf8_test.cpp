// SPDX-License-Identifier: Apache-2.0
#include "language/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "language/text/utf8_stream.h"

namespace arges::language {
namespace {

struct InvalidCase {
  std::string bytes;
  std::size_t valid;     // bytes before the damage
  std::string repaired;  // with U+FFFD per maximal subpart
};

const std::vector<InvalidCase>& invalid_cases() {
  static const std::vector<InvalidCase> cases = {
      {"\x80", 0, "\uFFFD"},
      {"a\xC0\xAF", 1, "a\uFFFD\uFFFD"},                    // overlong '/'
      {"\xED\xA0\x80", 0, "\uFFFD\uFFFD\uFFFD"},            // surrogate
      {"\xF4\x90\x80\x80", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
      {"\xE2\x82", 0, "\uFFFD"},                            // cut short
      {"\xE2\x82z", 0, "\uFFFDz"},
      {"\xF0\x9F\x98\xE2\x82\xAC", 0, "\uFFFD\u20AC"},
      {"ok\xFFok", 2, "ok\uFFFDok"},
      {"\xF5\x80", 0, "\uFFFD\uFFFD"},
      {"\xE0\x80\x80", 0, "\uFFFD\uFFFD\uFFFD"},
      {"\xF0\x80", 0, "\uFFFD\uFFFD"},
      // Unicode 15, table 3-8.
      {"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", 1,
       "\x61\uFFFD\uFFFD\uFFFD\x62\uFFFD\x63\uFFFD\uFFFD\x64"},
  };
  return cases;
}

TEST(Utf8, FindsTheFirstIllFormedByte) {
  for (const auto& c : invalid_cases())
    EXPECT_EQ(utf8_valid_prefix(c.bytes), c.valid) << c.repaired;
  EXPECT_EQ(utf8_valid_prefix("a\u00E9\u5609\U0001F600"), 10u);
  EXPECT_EQ(utf8_valid_prefix(""), 0u);
}

TEST(Utf8, NamesTheByteOffset) {
  const Status status = check_utf8("abc\xFF", "The text");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("byte 3"), std::string::npos) << status.message();
}

TEST(Utf8, EveryCodePointSurvivesARoundTrip) {
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(code, text);
    ASSERT_EQ(utf8_valid_prefix(text), text.size()) << code;
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(text, at), code);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Utf8Stream, ReplacesEachMaximalSubpartOnce) {
  for (const auto& c : invalid_cases()) {
    Utf8Stream stream;
    std::string out = stream.push(c.bytes);
    out += stream.flush();
    EXPECT_EQ(out, c.repaired);
  }
}

TEST(Utf8Stream, OutputDoesNotDependOnHowBytesAreCut) {
  std::string text = "Zo\u00EB \u95EA\u7535 \U0001F469\u200D\U0001F680!";
  for (const auto& c : invalid_cases()) text += c.bytes;
  Utf8Stream whole;
  const std::string expected = whole.push(text) + whole.flush();
  for (std::size_t step = 1; step < 7; ++step) {
    Utf8Stream stream;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += step) {
      const std::string part = stream.push(text.substr(at, step));
      EXPECT_EQ(utf8_valid_prefix(part), part.size());
      out += part;
    }
    EXPECT_EQ(out + stream.flush(), expected);
  }
}

TEST(Utf8Stream, HoldsBackAnUnfinishedEmoji) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("\xF0"), "");
  EXPECT_EQ(stream.push("\x9F\x98"), "");
  EXPECT_EQ(stream.push("\x80!"), "\U0001F600!");
  EXPECT_EQ(stream.flush(), "");
}

TEST(Utf8Stream, FlushEndsTheTextAndStartsAnew) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("a\xE5\x98"), "a");
  EXPECT_EQ(stream.flush(), "\uFFFD");
  EXPECT_EQ(stream.push("\x89"), "\uFFFD");
  EXPECT_EQ(stream.push("b"), "b");
}

}  // namespace
}  // namespace arges::language
