// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/merge_table.h"
#include "language/text/pattern_splitter.h"
#include "language/text/text_limits.h"
#include "language/text/tokenizer.h"
#include "language/text/vocabulary.h"

namespace arges::language {

// The ways to load a byte-level BPE tokenizer (architecture.md §5). All take the bytes of files,
// keep none of them, and return MODEL_INVALID for a damaged file or UNSUPPORTED for an honest one
// that needs something else (a normalizer, another pre-tokenizer, another model type).

// From tokenizer.json: vocabulary, merges in either form, added tokens, patterns, ignore_merges.
Result<std::unique_ptr<Tokenizer>> load_bpe_from_tokenizer_json(std::string_view tokenizer_json,
                                                                const TextLimits& limits = {});

// From vocab.json and merges.txt with the published pattern. Added tokens come from the
// added_tokens_decoder of tokenizer_config.json, which may be empty bytes; without one, a base
// vocabulary of 200,000 tokens gets the two ids that are certain (architecture.md §5.4):
// 200020 "<end_of_sentence>" and 200025 "<image>".
Result<std::unique_ptr<Tokenizer>> load_bpe_from_vocab_and_merges(std::string_view vocab_json,
                                                                  std::string_view merges_txt,
                                                                  std::string_view tokenizer_config,
                                                                  const TextLimits& limits = {});

// From merges.txt alone: ids 0..255 are the bytes in the order of their names, 256 + rank the
// merged tokens (architecture.md §5.2). Added tokens as above.
Result<std::unique_ptr<Tokenizer>> load_bpe_from_merges(std::string_view merges_txt,
                                                        std::string_view tokenizer_config,
                                                        const TextLimits& limits = {});

using LoadedTokenizer = Result<std::unique_ptr<Tokenizer>>;
// What to say of a file on which a library gave up.
inline constexpr std::string_view kUnreadableTokenizer = "The tokenizer's files cannot be read";

// What the loaders put together: everything the encoder reads.
struct BpeParts {
  Vocabulary vocabulary;
  std::vector<std::pair<std::string, std::string>> merges;  // bytes of left and right, by rank
  std::vector<std::string> patterns;
  // A piece that is itself a plain token becomes that token without looking at the merges.
  bool ignore_merges = false;
};

// Text split by patterns, bytes merged inside each piece.
class ByteLevelBpe final : public Tokenizer {
 public:
  // MODEL_INVALID: ids with holes, a byte without a token, a merge given twice, or one that names
  // or yields something that is not a plain token.
  static Result<std::unique_ptr<Tokenizer>> create(BpeParts parts, const TextLimits& limits);

  Result<std::unique_ptr<TextEncoding>> begin(std::string_view text) const override;
  std::optional<std::string_view> token_bytes(TokenId id) const override {
    return vocabulary_.bytes(id);
  }
  TokenKind kind(TokenId id) const override { return vocabulary_.kind(id); }
  std::optional<TokenId> control_token(std::string_view content) const override {
    return vocabulary_.find_markup(content);
  }
  TokenId vocab_size() const override { return vocabulary_.size(); }
  TokenId base_vocab_size() const override { return vocabulary_.base_size(); }
  bool adds_leading_space() const override { return false; }
  bool keeps_text() const override { return true; }

 private:
  class Encoding;

  ByteLevelBpe(Vocabulary vocabulary, PatternSplitter splitter, bool ignore_merges,
               std::size_t max_text_bytes);
  TokenId byte_id(char byte) const { return byte_ids_[static_cast<unsigned char>(byte)]; }
  Status index_bytes();
  Status index_merges(const std::vector<std::pair<std::string, std::string>>& merges,
                      const TextLimits& limits);

  Vocabulary vocabulary_;
  PatternSplitter splitter_;
  bool ignore_merges_;
  std::size_t max_text_bytes_;
  MergeTable merges_{0};
  std::array<TokenId, 256> byte_ids_{};
};

}  // namespace arges::language
