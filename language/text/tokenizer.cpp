// SPDX-License-Identifier: Apache-2.0
#include "language/text/tokenizer.h"

#include <algorithm>

namespace arges::language {

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text, const StopCheck& stop) const {
  ARGES_ASSIGN_OR_RETURN(const auto encoding, begin(text));
  std::vector<TokenId> ids;
  while (!encoding->done()) {
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_RETURN_IF_ERROR(encoding->encode_slice(stop, ids));
  }
  return ids;
}

bool Tokenizer::is_control(TokenId id) const {
  const TokenKind found = kind(id);
  return found == TokenKind::kAdded || found == TokenKind::kControl;
}

std::size_t longest_plain_token(const Tokenizer& tokenizer) {
  std::size_t longest = 1;
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.kind(id) != TokenKind::kPlain) continue;
    longest = std::max(longest, tokenizer.token_bytes(id)->size());
  }
  return longest;
}

Status decode_each(const Tokenizer& tokenizer, std::span<const TokenId> ids, ControlText control,
                   const std::function<void(std::string_view)>& take) {
  bool at_start = tokenizer.adds_leading_space();
  for (const TokenId id : ids) {
    const auto bytes = tokenizer.token_bytes(id);
    if (!bytes) {
      return invalid_argument("Token id " + std::to_string(id) +
                              " is not in the vocabulary; ids lie in 0.." +
                              std::to_string(tokenizer.vocab_size() - 1) + ".");
    }
    if (tokenizer.is_control(id)) {
      if (control == ControlText::kShow || tokenizer.kind(id) == TokenKind::kAdded) take(*bytes);
      at_start = tokenizer.adds_leading_space();
      continue;
    }
    const bool drop_space = at_start && !bytes->empty() && bytes->front() == ' ';
    take(drop_space ? bytes->substr(1) : *bytes);
    at_start = false;
  }
  return {};
}

Result<std::string> decode(const Tokenizer& tokenizer, std::span<const TokenId> ids,
                           ControlText control) {
  std::string out;
  const auto append = [&](std::string_view bytes) { out += bytes; };
  ARGES_RETURN_IF_ERROR(decode_each(tokenizer, ids, control, append));
  return out;
}

}  // namespace arges::language
