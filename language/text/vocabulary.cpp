// SPDX-License-Identifier: Apache-2.0
#include "language/text/vocabulary.h"

#include <algorithm>

namespace arges::language {
namespace {

std::string named(std::int64_t id) {
  return "The tokenizer's id " + std::to_string(id);
}

// `taken`: what is wrong when the name is in the index already.
Status index(NameIndex<std::string>& names, std::string_view name, std::int64_t id,
             const char* taken) {
  using Added = NameIndex<std::string>::Added;
  const Added added = names.add(name, static_cast<TokenId>(id));
  if (added == Added::kTaken) return model_invalid(named(id) + taken);
  if (added == Added::kNew) return {};
  return model_invalid(named(id) + " shares its hash with too many other tokens.");
}

}  // namespace

Status Vocabulary::check_new(std::int64_t id, std::string_view bytes) const {
  if (id < 0 || id >= static_cast<std::int64_t>(limits_.max_vocabulary)) {
    return model_invalid(named(id) + " is outside 0.." +
                         std::to_string(limits_.max_vocabulary - 1) + ".");
  }
  if (bytes.empty() || bytes.size() > limits_.max_token_bytes) {
    return model_invalid(named(id) + " has a token of " + std::to_string(bytes.size()) +
                         " bytes; 1 to " + std::to_string(limits_.max_token_bytes) +
                         " are allowed.");
  }
  return {};
}

Vocabulary::Token& Vocabulary::slot(std::int64_t id) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= tokens_.size()) tokens_.resize(index + 1);
  return tokens_[index];
}

Status Vocabulary::add_plain(std::int64_t id, std::string bytes) {
  ARGES_RETURN_IF_ERROR(check_new(id, bytes));
  Token& token = slot(id);
  if (token.kind != TokenKind::kAbsent) return model_invalid(named(id) + " is given twice.");
  ARGES_RETURN_IF_ERROR(index(plain_, bytes, id, " has the same bytes as another token."));
  token = {std::move(bytes), TokenKind::kPlain};
  include_in_base(static_cast<TokenId>(id));
  return {};
}

void Vocabulary::include_in_base(TokenId id) {
  base_size_ = std::max(base_size_, id + 1);
}

Status Vocabulary::add_markup(std::int64_t id, std::string content, TokenKind kind) {
  ARGES_RETURN_IF_ERROR(check_new(id, content));
  Token& token = slot(id);
  if (token.kind != TokenKind::kAbsent &&
      (token.kind != TokenKind::kPlain || token.bytes != content)) {
    return model_invalid(named(id) + " is given twice, with different tokens.");
  }
  ARGES_RETURN_IF_ERROR(index(markup_, content, id, " has the content of another added token."));
  if (token.kind == TokenKind::kPlain) plain_.erase(content);
  token = {std::move(content), kind};
  return {};
}

Status Vocabulary::seal() {
  if (base_size_ == 0) return model_invalid("The tokenizer's vocabulary has no tokens.");
  for (TokenId id = 0; id < base_size_; ++id) {
    if (kind(id) == TokenKind::kAbsent) {
      return model_invalid(named(id) + " is missing, though larger ids are in use.");
    }
  }
  return {};
}

std::optional<std::string_view> Vocabulary::bytes(TokenId id) const {
  if (kind(id) == TokenKind::kAbsent) return std::nullopt;
  return tokens_[static_cast<std::size_t>(id)].bytes;
}

TokenKind Vocabulary::kind(TokenId id) const {
  if (id < 0 || id >= size()) return TokenKind::kAbsent;
  return tokens_[static_cast<std::size_t>(id)].kind;
}

std::optional<TokenId> Vocabulary::find_plain(std::string_view bytes) const {
  const TokenId* found = plain_.find(bytes);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<TokenId> Vocabulary::find_markup(std::string_view content) const {
  const TokenId* found = markup_.find(content);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace arges::language
