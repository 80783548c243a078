// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/byte_tokenizer.h"

#include "language/text/utf8.h"

namespace arges::sdk {
namespace {

constexpr std::array<std::string_view, 6> kMarkup = {"<begin>",     "<system>", "<user>",
                                                     "<assistant>", "<end>",    "<image>"};

}  // namespace

ByteTokenizer::ByteTokenizer() {
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(i);
}

Result<std::vector<language::TokenId>> ByteTokenizer::encode(std::string_view text,
                                                             const StopCheck& stop) const {
  ARGES_RETURN_IF_ERROR(stop());
  ARGES_RETURN_IF_ERROR(language::check_utf8(text, "the text"));
  encoded_bytes_ += static_cast<std::int64_t>(text.size());
  std::vector<language::TokenId> ids;
  ids.reserve(text.size());
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

std::optional<std::string_view> ByteTokenizer::token_bytes(language::TokenId id) const {
  if (id < 0 || id >= kVocabSize) return std::nullopt;
  const auto index = static_cast<std::size_t>(id);
  if (id < kBegin) return std::string_view(&bytes_[index], 1);
  return kMarkup[index - bytes_.size()];
}

language::TokenKind ByteTokenizer::kind(language::TokenId id) const {
  if (id < 0 || id >= kVocabSize) return language::TokenKind::kAbsent;
  return id < kBegin ? language::TokenKind::kPlain : language::TokenKind::kControl;
}

std::optional<language::TokenId> ByteTokenizer::control_token(std::string_view content) const {
  for (std::size_t i = 0; i < kMarkup.size(); ++i) {
    if (kMarkup[i] == content) return kBegin + static_cast<language::TokenId>(i);
  }
  return std::nullopt;
}

}  // namespace arges::sdk
