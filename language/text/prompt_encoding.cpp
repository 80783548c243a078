// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt_encoding.h"

#include <iterator>

namespace arges::language {

Status PromptEncoding::encode_slice(const StopCheck& stop, PromptTokens& out) {
  append_markup(out);
  if (done()) return {};
  ARGES_RETURN_IF_ERROR(encode_text(stop, out));
  if (!text_) append_markup(out);
  return {};
}

// Up to the next text.
void PromptEncoding::append_markup(PromptTokens& out) {
  for (; !done() && !std::holds_alternative<std::string>(pieces_[next_]); ++next_) {
    if (const auto* run = std::get_if<PlaceholderRun>(&pieces_[next_])) {
      out.images.push_back({std::ssize(out.ids), run->count});
      out.ids.insert(out.ids.end(), static_cast<std::size_t>(run->count), run->placeholder);
    } else {
      out.ids.push_back(std::get<TokenId>(pieces_[next_]));
    }
  }
}

Status PromptEncoding::encode_text(const StopCheck& stop, PromptTokens& out) {
  std::string& text = std::get<std::string>(pieces_[next_]);
  if (!text_) {
    ARGES_ASSIGN_OR_RETURN(text_, tokenizer_->begin(text));
  }
  if (!text_->done()) ARGES_RETURN_IF_ERROR(text_->encode_slice(stop, out.ids));
  if (!text_->done()) return {};
  text_.reset();
  text = {};
  ++next_;
  return {};
}

Status PromptEncoding::encode_rest(const StopCheck& stop, PromptTokens& out) {
  while (!done()) {
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_RETURN_IF_ERROR(encode_slice(stop, out));
  }
  return {};
}

}  // namespace arges::language
