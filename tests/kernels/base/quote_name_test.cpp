// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/quote_name.h"

#include <gtest/gtest.h>

namespace arges {
namespace {

TEST(QuoteName, PrintableUtf8StaysAsItIs) {
  EXPECT_EQ(quote_name(""), "\"\"");
  EXPECT_EQ(quote_name("model.safetensors"), "\"model.safetensors\"");
  EXPECT_EQ(quote_name("/modèle/嘉祺/\U0001F600"), "\"/modèle/嘉祺/\U0001F600\"");
}

TEST(QuoteName, NothingThatSteersATerminalPasses) {
  EXPECT_EQ(quote_name("\x1b[31mred\x07\r\n\t\x7f"), "\"?[31mred?????\"");
  EXPECT_EQ(quote_name(std::string_view("a\0b", 3)), "\"a?b\"");
  EXPECT_EQ(quote_name("say \"x\""), "\"say ?x?\"");
  // One C1 control (a terminal's CSI), a line separator, a right-to-left override, a zero-width
  // space, a byte order mark and a tag character.
  EXPECT_EQ(quote_name("\u009b-\u2028-\u202e-\u200b-\ufeff-\U000e0041"), "\"?-?-?-?-?-?\"");
}

TEST(QuoteName, EachByteThatIsNotUtf8BecomesOneMark) {
  EXPECT_EQ(quote_name("a\xff\x80z"), "\"a??z\"");
  EXPECT_EQ(quote_name("\xc0\x80"), "\"??\"") << "an overlong NUL";
  EXPECT_EQ(quote_name("\xed\xa0\x80"), "\"???\"") << "a surrogate";
  EXPECT_EQ(quote_name("\xf4\x90\x80\x80"), "\"????\"") << "beyond Unicode";
  EXPECT_EQ(quote_name("\xe2\x96"), "\"??\"") << "cut short";
  EXPECT_EQ(quote_name("\xe2\x96x"), "\"??x\"") << "cut short by a letter";
}

TEST(QuoteName, LongNamesAreCutBetweenCodePoints) {
  EXPECT_EQ(quote_name(std::string(120, 'a')), "\"" + std::string(120, 'a') + "\"");
  EXPECT_EQ(quote_name(std::string(121, 'a')), "\"" + std::string(120, 'a') + "…\"");
  EXPECT_EQ(quote_name(std::string(119, 'a') + "é"), "\"" + std::string(119, 'a') + "…\"");
  EXPECT_EQ(quote_name(std::string(118, 'a') + "éz"), "\"" + std::string(118, 'a') + "é…\"");
  EXPECT_LT(quote_name(std::string(std::size_t{1} << 20, '\xff')).size(), 130u);
}

}  // namespace
}  // namespace arges
