// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/text/tokenizer.h"

namespace arges::language::testing {

// The bytes of a file; empty when it cannot be read.
std::string read_file(const std::string& path);

// A written token of the byte-level alphabet, e.g. " the" to "Ġthe".
std::string written(std::string_view bytes);

// A tokenizer.json with the 256 bytes as ids 0..255, then the merges, then the MiniMax markup as
// added tokens, in its usual shape; tests damage copies of it.
nlohmann::json tiny_tokenizer_json(
    const std::vector<std::pair<std::string, std::string>>& merges = {});

// The markup of tiny_tokenizer_json, from the first added id on.
const std::vector<std::string>& tiny_markup();

// Ids of plain text; fails the test, and gives none, when the text is refused.
std::vector<TokenId> encoded(const Tokenizer& tokenizer, std::string_view text);

// Loads tiny_tokenizer_json(merges); fails the test when that is refused.
std::shared_ptr<const Tokenizer> tiny_tokenizer(
    const std::vector<std::pair<std::string, std::string>>& merges = {});

// Writes SentencePiece model files by hand.
struct TestPiece {
  std::string text;
  float score = 0;
  int type = 1;
};
struct TestSentencePiece {
  std::vector<TestPiece> pieces;
  int model_type = 2;  // BPE
  bool byte_fallback = true;
  bool add_dummy_prefix = false;
  bool drop_spaces = false;
  bool escape_spaces = true;
  std::string rules;

  std::string serialize() const;
};

// Like the bundled model's vocabulary: <unk>, controls, 256 bytes, a few words, letters.
TestSentencePiece pocket_like_model();

}  // namespace arges::language::testing
