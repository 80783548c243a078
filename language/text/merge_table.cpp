// SPDX-License-Identifier: Apache-2.0
#include "language/text/merge_table.h"

#include <string>

namespace arges::language {
Status MergeTable::add(TokenId left, TokenId right, TokenId merged) {
  using Added = decltype(merges_)::Added;
  const Merge merge{static_cast<std::uint32_t>(merges_.size()), merged};
  const std::string rank = "The tokenizer's merge of rank " + std::to_string(merge.rank);
  switch (merges_.add(key(left, right), merge)) {
    case Added::kTaken:
      return model_invalid(rank + " was given before.");
    case Added::kCrowded:
      return model_invalid(rank + " shares its hash with too many others.");
    default:
      return {};
  }
}

const Merge* MergeTable::find(TokenId left, TokenId right) const {
  return merges_.find(key(left, right));
}

}  // namespace arges::language
