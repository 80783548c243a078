// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "language/text/token.h"

namespace arges::language {

// Vocabulary rows that were never trained (all zero at ids past the base vocabulary): left alone
// they take part in sampling and eat words (architecture.md §5.5). Found by the model loader,
// shared by all samplers, immutable.
class SuppressedTokens {
 public:
  SuppressedTokens() = default;
  // In any order, repeats allowed.
  explicit SuppressedTokens(std::vector<TokenId> ids);

  // Sets their logits to -infinity; ids outside `logits` are passed over.
  void apply(std::span<float> logits) const;
  bool contains(TokenId id) const;
  // Ascending, each once.
  const std::vector<TokenId>& ids() const { return ids_; }

 private:
  std::vector<TokenId> ids_;
};

}  // namespace arges::language
