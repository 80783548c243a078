// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/text_encoding.h"
#include "language/text/token.h"
#include "language/text/tokenizer.h"

namespace arges::language {

// ids[begin, begin + count) are the placeholders of one picture.
struct ImageSpan {
  std::int64_t begin = 0;
  std::int64_t count = 0;
};

// `images` in the order of the message's ImageParts; begins count from ids[0].
struct PromptTokens {
  std::vector<TokenId> ids;
  std::vector<ImageSpan> images;
};

// A token in its place, a text that is still to be encoded, or a run of a picture's placeholders.
struct PlaceholderRun {
  TokenId placeholder = 0;
  std::int64_t count = 0;
};
using PromptPiece = std::variant<TokenId, std::string, PlaceholderRun>;

// Part of a conversation on its way to ids, slice by slice: see TextEncoding. One thread at a time;
// the tokenizer must outlive it.
class PromptEncoding {
 public:
  PromptEncoding(const Tokenizer& tokenizer, std::vector<PromptPiece> pieces)
      : tokenizer_(&tokenizer), pieces_(std::move(pieces)) {}

  bool done() const { return next_ == pieces_.size(); }
  // Appends to what is there: the next slice of text and the markup around it. Fails as
  // Tokenizer::encode. Precondition: !done().
  Status encode_slice(const StopCheck& stop, PromptTokens& out);
  // All that is left, asking before each slice.
  Status encode_rest(const StopCheck& stop, PromptTokens& out);

 private:
  void append_markup(PromptTokens& out);
  Status encode_text(const StopCheck& stop, PromptTokens& out);

  const Tokenizer* tokenizer_;
  std::vector<PromptPiece> pieces_;
  std::size_t next_ = 0;
  std::unique_ptr<TextEncoding> text_;  // of the next piece, once begun
};

}  // namespace arges::language
