// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "language/text/tokenizer.h"
#include "language/text/utf8_stream.h"

namespace arges::language {

// Generated ids to text that can be shown at once: control tokens hidden, the tokenizer's leading
// space taken away, only whole code points. One thread at a time; the tokenizer must outlive it.
class TextStream {
 public:
  // `begins`: the text begins here; otherwise it goes on from another, and a leading space is one.
  explicit TextStream(const Tokenizer& tokenizer, bool begins = true);

  // The text that this id completes; may be empty. An id without a token adds nothing.
  std::string push(TokenId id);
  // Ends the stream; "\uFFFD" when the model stopped inside a code point.
  std::string flush();

 private:
  const Tokenizer* tokenizer_;
  Utf8Stream utf8_;
  bool at_start_;
};

}  // namespace arges::language
