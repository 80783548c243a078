// SPDX-License-Identifier: Apache-2.0
// Changes the text, now and then the choice of tokenizer.
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/text.h"

namespace arges::fuzz {
namespace {

// Markup of every family, whole and in parts: as text it is letters.
constexpr std::string_view kMarkup[] = {"<beginning_of_sentence>",
                                        "<end_of_sentence>",
                                        "<image>",
                                        "]<]image[>[",
                                        "<think>",
                                        "<s>",
                                        "</s>",
                                        "<unk>",
                                        "<|user|>",
                                        "<|end|>",
                                        "user name=",
                                        "<end_of",
                                        "_sentence>",
                                        "<0x00>",
                                        "\xE2\x96\x81<s>",
                                        "ai setting=assistant"};

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::string out(input.empty() ? std::string_view("a") : input);
  if (random.one_in(8)) out[0] = static_cast<char>(random.below(5));
  return out.substr(0, 1) + mutate_text(out.substr(1), kMarkup, random);
}

}  // namespace arges::fuzz
