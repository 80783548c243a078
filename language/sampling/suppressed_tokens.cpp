// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/suppressed_tokens.h"

#include <algorithm>
#include <limits>

namespace arges::language {

SuppressedTokens::SuppressedTokens(std::vector<TokenId> ids) : ids_(std::move(ids)) {
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

void SuppressedTokens::apply(std::span<float> logits) const {
  for (const TokenId id : ids_) {
    if (id < 0 || static_cast<std::size_t>(id) >= logits.size()) continue;
    logits[static_cast<std::size_t>(id)] = -std::numeric_limits<float>::infinity();
  }
}

bool SuppressedTokens::contains(TokenId id) const {
  return std::binary_search(ids_.begin(), ids_.end(), id);
}

}  // namespace arges::language
