// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prompt_builder.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

namespace arges::sdk {
namespace {

void append(const language::PromptTokens& piece, PromptDraft& draft) {
  draft.tokens.ids.insert(draft.tokens.ids.end(), piece.ids.begin(), piece.ids.end());
}

void repeat(const Passage& passage, PromptDraft& draft) {
  const std::int64_t begin = std::ssize(draft.tokens.ids);
  draft.tokens.ids.insert(draft.tokens.ids.end(), passage.ids.begin(), passage.ids.end());
  draft.images.insert(draft.images.end(), passage.images.begin(), passage.images.end());
  for (const language::ImageSpan& picture : passage.pictures) {
    draft.tokens.images.push_back({begin + picture.begin, picture.count});
  }
  for (const std::int64_t cut : passage.cuts) draft.cuts.push_back(begin + cut);
}

}  // namespace

Status PromptBuilder::begin(const Conversation* past, std::size_t absorbed,
                            PromptDraft& draft) const {
  if (past == nullptr) {
    ARGES_ASSIGN_OR_RETURN(const auto begin, family_.begin());
    append(begin, draft);
    return {};
  }
  for (std::size_t turn = absorbed; turn < past->turns.size(); ++turn) {
    repeat(*past->turns[turn].passage, draft);
  }
  std::vector<language::TokenId>& ids = draft.tokens.ids;
  const std::vector<language::TokenId>& tail = past->last().tail;
  draft.repeated = std::ssize(ids);
  draft.carried_images = draft.images.size();
  ids.insert(ids.end(), tail.begin(), tail.end());
  draft.carried = std::ssize(ids);
  if (!tail.empty()) draft.cuts.push_back(draft.carried);
  return {};
}

Status PromptBuilder::begin_message(const Message& message,
                                    std::span<const std::int64_t> image_tokens,
                                    PromptDraft& draft) const {
  language::PromptMessage typed;
  typed.role = message.role;
  for (const auto& part : message.parts) {
    if (const auto* text = std::get_if<MessageText>(&part)) {
      typed.parts.emplace_back(std::in_place_type<language::TextPart>, text->str());
      continue;
    }
    typed.parts.emplace_back(std::in_place_type<language::ImagePart>,
                             image_tokens[draft.images.size() - draft.carried_images]);
    draft.images.push_back(std::get<MessageImage>(part));
  }
  ARGES_ASSIGN_OR_RETURN(draft.message, family_.begin_message(typed));
  return {};
}

Status PromptBuilder::add_slice(const StopCheck& stop, PromptDraft& draft) {
  if (!draft.message->done()) {
    ARGES_RETURN_IF_ERROR(draft.message->encode_slice(stop, draft.tokens));
  }
  if (!draft.message->done()) return {};
  draft.message.reset();
  if (!draft.answer_begun) draft.cuts.push_back(std::ssize(draft.tokens.ids));
  return {};
}

void PromptBuilder::begin_answer(const Message& message, const language::Tokenizer& tokenizer,
                                 PromptDraft& draft) {
  std::string text;
  for (const auto& part : message.parts) text += std::get<MessageText>(part).str();
  // Moved into the vector: libstdc++ 12 leaves a variant of a string undefined whose copy finds no
  // memory.
  std::vector<language::PromptPiece> pieces;
  pieces.emplace_back(std::move(text));
  draft.message.emplace(tokenizer, std::move(pieces));
}

Status PromptBuilder::finish(PromptDraft& draft) const {
  ARGES_ASSIGN_OR_RETURN(const auto header, family_.generation_prompt());
  append(header, draft);
  draft.answer_begun = true;
  return {};
}

std::vector<std::int64_t> cuts_of(const PromptDraft& draft) {
  std::vector<std::int64_t> cuts = draft.cuts;
  for (const language::ImageSpan& image : draft.tokens.images) {
    cuts.push_back(image.begin + image.count);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

Passage passage_of(const PromptDraft& draft, std::span<const std::int64_t> cuts,
                   std::int64_t border) {
  const std::vector<language::TokenId>& ids = draft.tokens.ids;
  Passage passage;
  passage.ids.assign(ids.begin() + draft.repeated, ids.begin() + border);
  passage.tail.assign(ids.begin() + border, ids.end());
  for (const std::int64_t cut : cuts) {
    if (cut > draft.repeated) passage.cuts.push_back(cut - draft.repeated);
  }
  for (std::size_t i = 0; i < draft.images.size(); ++i) {
    const language::ImageSpan& picture = draft.tokens.images[i];
    if (picture.begin < draft.repeated) continue;
    passage.pictures.push_back({picture.begin - draft.repeated, picture.count});
    passage.images.push_back(draft.images[i]);
  }
  return passage;
}

}  // namespace arges::sdk
