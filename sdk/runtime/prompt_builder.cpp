// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prompt_builder.h"

#include <string>
#include <utility>
#include <variant>

namespace arges::sdk {
namespace {

// Moves the piece behind what is there; its picture places move along.
void append_piece(const language::PromptTokens& piece, PromptDraft& draft) {
  auto& ids = draft.input.ids;
  const auto offset = static_cast<std::int64_t>(ids.size());
  for (const auto& span : piece.images) {
    draft.spans.push_back({offset + span.begin, span.count});
    draft.input.pictures.push_back({offset + span.begin, nullptr});
  }
  ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
}

}  // namespace

Status PromptBuilder::begin(bool first, std::span<const language::TokenId> tail,
                            PromptDraft& draft) const {
  if (first) {
    ARGES_ASSIGN_OR_RETURN(const auto begin, family_.begin());
    append_piece(begin, draft);
  } else {
    draft.input.ids.assign(tail.begin(), tail.end());
    draft.carried = static_cast<std::int64_t>(tail.size());
  }
  return {};
}

Status PromptBuilder::add(const Message& message, std::span<const std::int64_t> image_tokens,
                          const StopCheck& stop, PromptDraft& draft) const {
  language::PromptMessage typed;
  typed.role = message.role;
  for (const auto& part : message.parts) {
    if (const auto* text = std::get_if<MessageText>(&part)) {
      typed.parts.emplace_back(std::in_place_type<language::TextPart>, text->str());
      continue;
    }
    typed.parts.emplace_back(std::in_place_type<language::ImagePart>,
                             image_tokens[draft.images.size()]);
    draft.images.push_back(std::get<MessageImage>(part));
  }
  ARGES_ASSIGN_OR_RETURN(const auto piece, family_.message(typed, stop));
  append_piece(piece, draft);
  return {};
}

Status PromptBuilder::finish(PromptDraft& draft) const {
  ARGES_ASSIGN_OR_RETURN(const auto header, family_.generation_prompt());
  append_piece(header, draft);
  return {};
}

Status PromptBuilder::begin_answer(const Message& message, const language::Tokenizer& tokenizer,
                                   const StopCheck& stop, PromptDraft& draft) {
  std::string text;
  for (const auto& part : message.parts) text += std::get<MessageText>(part).str();
  ARGES_ASSIGN_OR_RETURN(const auto ids, tokenizer.encode(text, stop));
  draft.input.ids.insert(draft.input.ids.end(), ids.begin(), ids.end());
  return {};
}

}  // namespace arges::sdk
