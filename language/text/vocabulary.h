// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/name_index.h"
#include "language/text/text_limits.h"
#include "language/text/token.h"

namespace arges::language {

// The tokens of a model: id to bytes and kind, and content to id. Built once by the loaders, then
// read from any thread.
class Vocabulary {
 public:
  explicit Vocabulary(const TextLimits& limits) : limits_(limits) {}

  // MODEL_INVALID: an id below 0 or not below limits.max_vocabulary, one that is taken, an empty
  // or too long token, bytes that another plain token has, or that were chosen to share a hash.
  Status add_plain(std::int64_t id, std::string bytes);
  // As above for an added or control token. Where the base vocabulary lists the same id with the
  // same content, the id changes its kind.
  Status add_markup(std::int64_t id, std::string content, TokenKind kind);
  // Counts a token that is in already to the base vocabulary, which lists it too.
  void include_in_base(TokenId id);
  // To be called when all tokens are in. MODEL_INVALID when an id below the largest plain one is
  // missing, or there is no plain token.
  Status seal();

  std::optional<std::string_view> bytes(TokenId id) const;
  TokenKind kind(TokenId id) const;
  // The plain token with these bytes.
  std::optional<TokenId> find_plain(std::string_view bytes) const;
  std::optional<TokenId> find_markup(std::string_view content) const;
  // One more than the largest id, and than the largest id of the base vocabulary.
  TokenId size() const { return static_cast<TokenId>(tokens_.size()); }
  TokenId base_size() const { return base_size_; }

 private:
  struct Token {
    std::string bytes;
    TokenKind kind = TokenKind::kAbsent;
  };
  using Index = NameIndex<std::string>;

  Status check_new(std::int64_t id, std::string_view bytes) const;
  Token& slot(std::int64_t id);

  TextLimits limits_;
  std::vector<Token> tokens_;
  Index plain_;
  Index markup_;
  TokenId base_size_ = 0;
};

}  // namespace arges::language
