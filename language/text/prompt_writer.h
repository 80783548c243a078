// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/prompt.h"
#include "language/text/prompt_encoding.h"

namespace arges::language {

// Puts one part of a conversation together. Plain text between two markup tokens is encoded in one
// go, as the published templates are, whether it is scaffolding or the user's.
class PromptWriter {
 public:
  explicit PromptWriter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  PromptWriter& text(std::string_view plain);
  PromptWriter& control(TokenId id);
  // `feature_count` times `placeholder`, and a span for them.
  PromptWriter& image(TokenId placeholder, std::int64_t feature_count);

  // What has been written, to be encoded; nothing stays here.
  PromptEncoding begin() { return PromptEncoding(tokenizer_, std::exchange(pieces_, {})); }
  // The same in one go, for short texts.
  Result<PromptTokens> finish();

 private:
  const Tokenizer& tokenizer_;
  std::vector<PromptPiece> pieces_;
};

// What the families share: the tokenizer, the placeholder, and how parts are written.
class PromptVocabulary {
 public:
  // `images`: whether the family has a place for pictures. Errors as make_prompt_family().
  // A family without one takes a placeholder too, which must be none of its markers.
  static Result<PromptVocabulary> create(std::shared_ptr<const Tokenizer> tokenizer, bool images,
                                         std::optional<TokenId> image_token_id,
                                         const TextLimits& limits);

  // The id of one of the family's markers. MODEL_INVALID naming the token when the vocabulary lacks
  // it, and naming the id when that is the placeholder.
  Result<TokenId> control(std::string_view content) const;
  PromptWriter writer() const { return PromptWriter(*tokenizer_); }
  // Writes the parts of a message in order; UNSUPPORTED and INVALID_ARGUMENT as
  // PromptFamily::message().
  Status write_parts(const PromptMessage& message, PromptWriter& writer) const;

 private:
  PromptVocabulary(std::shared_ptr<const Tokenizer> tokenizer, bool images,
                   const TextLimits& limits)
      : tokenizer_(std::move(tokenizer)), limits_(limits), images_(images) {}
  Status check_image(const PromptMessage& message, std::int64_t feature_count) const;

  std::shared_ptr<const Tokenizer> tokenizer_;
  TextLimits limits_;
  bool images_;
  std::optional<TokenId> placeholder_;
};

}  // namespace arges::language
