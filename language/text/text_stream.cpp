// SPDX-License-Identifier: Apache-2.0
#include "language/text/text_stream.h"

namespace arges::language {

TextStream::TextStream(const Tokenizer& tokenizer, bool begins)
    : tokenizer_(&tokenizer), at_start_(begins && tokenizer.adds_leading_space()) {}

std::string TextStream::push(TokenId id) {
  const auto bytes = tokenizer_->token_bytes(id);
  if (!bytes || tokenizer_->kind(id) == TokenKind::kControl) return {};
  const bool drop_space = at_start_ && !bytes->empty() && bytes->front() == ' ';
  at_start_ = false;
  return utf8_.push(drop_space ? bytes->substr(1) : *bytes);
}

std::string TextStream::flush() {
  at_start_ = tokenizer_->adds_leading_space();
  return utf8_.flush();
}

}  // namespace arges::language
