// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_writer.h"

#include "kernels/base/quote_name.h"
#include "language/text/utf8.h"

namespace arges::language {

PromptWriter& PromptWriter::text(std::string_view plain) {
  if (plain.empty()) return *this;
  if (pieces_.empty() || !std::holds_alternative<std::string>(pieces_.back())) {
    pieces_.emplace_back(std::in_place_type<std::string>);
  }
  std::get<std::string>(pieces_.back()) += plain;
  return *this;
}

PromptWriter& PromptWriter::control(TokenId id) {
  pieces_.emplace_back(id);
  return *this;
}

PromptWriter& PromptWriter::image(TokenId placeholder, std::int64_t feature_count) {
  pieces_.emplace_back(PlaceholderRun{placeholder, feature_count});
  return *this;
}

Result<PromptTokens> PromptWriter::finish() {
  PromptTokens tokens;
  ARGES_RETURN_IF_ERROR(begin().encode_rest(never_stop(), tokens));
  return tokens;
}

Result<PromptVocabulary> PromptVocabulary::create(std::shared_ptr<const Tokenizer> tokenizer,
                                                  bool images,
                                                  std::optional<TokenId> image_token_id,
                                                  const TextLimits& limits) {
  PromptVocabulary vocabulary(std::move(tokenizer), images, limits);
  if (images && !image_token_id) {
    ARGES_ASSIGN_OR_RETURN(image_token_id, vocabulary.control("<image>"));
  }
  if (images &&
      (*image_token_id < 0 || vocabulary.tokenizer_->kind(*image_token_id) == TokenKind::kPlain)) {
    return model_invalid("The picture placeholder " + std::to_string(*image_token_id) +
                         " is a token of plain text; it must be an added token.");
  }
  vocabulary.placeholder_ = image_token_id;
  return vocabulary;
}

Result<TokenId> PromptVocabulary::control(std::string_view content) const {
  const auto id = tokenizer_->control_token(content);
  if (!id) {
    return model_invalid("The tokenizer has no control token " + quote_name(content) +
                         ", which the prompt family needs; is tokenizer.json missing?");
  }
  // The placeholder is never sampled: as the family's stop token it would let no answer end.
  if (placeholder_ == id) {
    return model_invalid("The picture placeholder " + std::to_string(*id) +
                         " is the prompt family's own marker " + quote_name(content) +
                         "; config.json must name another token.");
  }
  return *id;
}

Status PromptVocabulary::check_image(const PromptMessage& message,
                                     std::int64_t feature_count) const {
  if (!images_) {
    return unsupported("The model reads text only; leave the picture out of the message.");
  }
  if (message.role != Role::kUser) {
    return invalid_argument("A picture can only be part of a user's message.");
  }
  if (feature_count >= 1 && feature_count <= limits_.max_image_features) return {};
  return invalid_argument("A picture of " + std::to_string(feature_count) +
                          " features is outside 1.." + std::to_string(limits_.max_image_features) +
                          ".");
}

Status PromptVocabulary::write_parts(const PromptMessage& message, PromptWriter& writer) const {
  for (const MessagePart& part : message.parts) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      ARGES_RETURN_IF_ERROR(check_utf8(text->text, "A text part of the message"));
      writer.text(text->text);
      continue;
    }
    const std::int64_t count = std::get<ImagePart>(part).feature_count;
    ARGES_RETURN_IF_ERROR(check_image(message, count));
    writer.image(*placeholder_, count);
  }
  return {};
}

}  // namespace arges::language
