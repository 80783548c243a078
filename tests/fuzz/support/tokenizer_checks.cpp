// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/tokenizer_checks.h"

#include <string>

#include "language/text/text_stream.h"
#include "language/text/utf8.h"
#include "tests/fuzz/support/check.h"

namespace arges::fuzz {
namespace {

using language::TokenId;
using language::Tokenizer;
using language::TokenKind;

void check_ids(const Tokenizer& tokenizer, std::span<const TokenId> ids) {
  for (const TokenId id : ids) {
    require(id >= 0 && id < tokenizer.vocab_size(), "encode() yields ids of the vocabulary");
    require(tokenizer.kind(id) == TokenKind::kPlain, "encode() yields plain tokens only");
    require(!tokenizer.is_control(id), "encode() never yields a control id");
  }
}

void check_round_trip(const Tokenizer& tokenizer, std::span<const TokenId> ids,
                      std::string_view text) {
  const auto decoded = language::decode(tokenizer, ids);
  require(decoded.ok(), "ids of encode() decode");
  if (!tokenizer.keeps_text()) return;
  if (*decoded != text) {
    broken("decode(encode(text)) is the text\n  text:    " + std::string(text.substr(0, 200)) +
           "\n  decoded: " + decoded->substr(0, 200));
  }
  require(ids.size() * language::longest_plain_token(tokenizer) >= text.size(),
          "n bytes have no fewer ids than n / longest_plain_token()");
}

// What a user sees while the ids arrive one by one.
void check_stream(const Tokenizer& tokenizer, std::span<const TokenId> ids) {
  constexpr std::size_t kMost = 1000;  // the rest would show no more, and costs
  if (ids.size() > kMost) return;
  language::TextStream stream(tokenizer);
  std::string shown;
  for (const TokenId id : ids) {
    const std::string piece = stream.push(id);
    require(language::utf8_valid_prefix(piece) == piece.size(), "a stream shows whole code points");
    shown += piece;
  }
  shown += stream.flush();
  const auto decoded = language::decode(tokenizer, ids);
  if (language::utf8_valid_prefix(*decoded) != decoded->size()) return;
  require(shown == *decoded, "a stream shows what decode() gives");
}

}  // namespace

void check_vocabulary(const Tokenizer& tokenizer) {
  require(tokenizer.vocab_size() > 0, "a tokenizer has tokens");
  require(tokenizer.base_vocab_size() <= tokenizer.vocab_size(), "the base vocabulary is a part");
  for (TokenId id = -1; id <= tokenizer.vocab_size(); ++id) {
    const bool absent = tokenizer.kind(id) == TokenKind::kAbsent;
    require(absent == !tokenizer.token_bytes(id), "an id has bytes exactly when it has a kind");
  }
  require(tokenizer.kind(-1) == TokenKind::kAbsent, "negative ids are absent");
  require(tokenizer.kind(tokenizer.vocab_size()) == TokenKind::kAbsent, "vocab_size() is absent");
}

void check_text(const Tokenizer& tokenizer, std::string_view text) {
  const bool is_utf8 = language::utf8_valid_prefix(text) == text.size();
  const auto ids = tokenizer.encode(text);
  if (!ids.ok()) {
    require_status(ids.status(), {StatusCode::kInvalidArgument});
    return;
  }
  require(is_utf8, "encode() refuses what is not UTF-8");
  check_ids(tokenizer, *ids);
  check_round_trip(tokenizer, *ids, text);
  check_stream(tokenizer, *ids);
}

}  // namespace arges::fuzz
