// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "language/text/stop_matcher.h"
#include "language/text/text_stream.h"
#include "language/text/tokenizer.h"

namespace arges::sdk {

// Generated ids to the text a reader may see: whole code points, nothing of a stop string.
class TextOutput {
 public:
  // The tokenizer must outlive the object. `begins`: see TextStream.
  TextOutput(const language::Tokenizer& tokenizer, bool begins, language::StopMatcher stops)
      : stream_(tokenizer, begins), stops_(std::move(stops)) {}

  // The text that this id releases; may be empty.
  std::string push(language::TokenId id) { return stops_.push(stream_.push(id)); }
  // The text held back so far, when the answer has ended.
  std::string finish() {
    std::string text = stops_.push(stream_.flush());
    return text + stops_.flush();
  }
  // A stop string was met: the answer is over.
  bool stopped() const { return stops_.matched(); }

 private:
  language::TextStream stream_;
  language::StopMatcher stops_;
};

}  // namespace arges::sdk
