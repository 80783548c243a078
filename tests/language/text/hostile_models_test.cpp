// SPDX-License-Identifier: Apache-2.0
// Files that ended the process, hung it or lied, before the rule was there that each now meets. The
// same files are replayed, and mutated, by tests/fuzz.
#include <gtest/gtest.h>

#include <filesystem>

#include "language/text/pattern_splitter.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

class HostileModels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder())) {
      GTEST_SKIP() << "the shared hostile models are not here: " << folder();
    }
  }
  static std::string folder() { return std::string(ARGES_SHARED_DATA_DIR) + "/hostile-models/"; }
  static std::string bytes(const std::string& name) {
    std::string content = language::testing::read_file(folder() + name);
    EXPECT_FALSE(content.empty()) << name;
    return content;
  }
};

TEST_F(HostileModels, AreRefused) {
  for (const char* name : {"root_leaf_small.model", "root_leaf_selftest.model", "loop.model",
                           "prefixes65.model", "prefixes_selftest.model", "nul_unigram.model",
                           "nul_decode.model", "bomb_selftest.model"}) {
    EXPECT_EQ(load_sentencepiece(bytes(name)).status().code(), StatusCode::kModelInvalid) << name;
  }
}

TEST_F(HostileModels, AnHonestModelWithoutByteFallbackReadsALongUnknownRunAsOneToken) {
  const auto tokenizer = load_sentencepiece(bytes("plain_unigram.model"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_EQ((*tokenizer)->encode(std::string(800'000, '\x01'))->size(), 1u);
}

TEST_F(HostileModels, AModelWithoutASpacePieceDoesNotClaimToKeepText) {
  const auto tokenizer = load_sentencepiece(bytes("no_space_piece.model"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  EXPECT_FALSE((*tokenizer)->keeps_text());
}

TEST_F(HostileModels, APatternThatSwitchesOffTheJitIsRefused) {
  const auto splitter = PatternSplitter::create({bytes("no_jit_pattern.txt")}, TextLimits());
  EXPECT_EQ(splitter.status().code(), StatusCode::kUnsupported);
}

}  // namespace
}  // namespace arges::language
