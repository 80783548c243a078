// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/text.h"

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kLongest = 4096;

// Scripts, cases, digits, combining marks, joiners, white space, and what tokenizers treat apart.
constexpr std::string_view kCharacters[] = {"a",
                                            "A",
                                            "1",
                                            " ",
                                            "  ",
                                            "\n",
                                            "\r\n",
                                            "\t",
                                            ".",
                                            "'s",
                                            "\xC2\xA0",
                                            "\xE3\x80\x80",
                                            "\xE2\x80\xA8",
                                            "\xC2\x85",
                                            "\xE2\x96\x81",
                                            "\xCC\x80",
                                            "\xD6\xB0",
                                            "\xE2\x80\x8D",
                                            "\xEF\xB8\x8F",
                                            "\xEF\xBB\xBF",
                                            "\xEF\xBF\xBD",
                                            "\xC3\xA9",
                                            "e\xCC\x81",
                                            "\xC3\x9F",
                                            "\xC4\xB0",
                                            "\xE5\x8C\x97",
                                            "\xED\x95\x9C",
                                            "\xD8\xB9",
                                            "\xE0\xA4\x95\xE0\xA5\x8D",
                                            "\xF0\x9F\x98\x80",
                                            "\xF0\x9F\x87\xA9",
                                            "\xF3\xA0\x81\x81",
                                            "\xEF\xAC\x81",
                                            "\xD9\xA3",
                                            "\xC2\xBD",
                                            "<",
                                            ">",
                                            "<0x41>",
                                            "\x7F",
                                            "\x01"};
constexpr std::string_view kNotUtf8[] = {"\x80",     "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                         "\xE2\x96", "\xFF"};

std::string inserted(std::string text, std::string_view what, Random& random) {
  return text.insert(random.below(text.size() + 1), what);
}

}  // namespace

std::string_view some_character(Random& random) {
  return random.pick(kCharacters);
}

std::string mutate_text(std::string text, std::span<const std::string_view> words, Random& random) {
  const std::size_t at = random.below(text.size() + 1);
  const std::size_t count = random.up_to(text.size() - at + 1);
  switch (random.below(9)) {
    case 0:
      text.erase(at, count);
      break;
    case 1:
      text = inserted(text, text.substr(at, count), random);
      break;
    case 2:
      text = mutate_bytes(std::move(text), random, 32);
      break;
    case 3:
      if (!words.empty()) text = inserted(std::move(text), random.pick(words), random);
      break;
    case 4:
      text = inserted(std::move(text), std::string(1, '\0'), random);
      break;
    case 5:
      if (random.one_in(4)) text = inserted(std::move(text), random.pick(kNotUtf8), random);
      break;
    default:
      text = inserted(std::move(text), random.pick(kCharacters), random);
  }
  if (text.size() > kLongest) text.resize(kLongest);
  return text;
}

}  // namespace arges::fuzz
