// SPDX-License-Identifier: Apache-2.0
#include "language/text/merge_table.h"

#include <bit>
#include <string>

namespace arges::language {

MergeTable::MergeTable(std::size_t most_merges)
    : slots_(std::bit_ceil(2 * most_merges + 1), Slot{kFree, {}}), mask_(slots_.size() - 1) {}

Status MergeTable::add(TokenId left, TokenId right, TokenId merged) {
  const auto refuse = [&](const char* why) {
    return model_invalid("The tokenizer's merge of rank " + std::to_string(size_) + why);
  };
  const std::uint64_t added = key(left, right);
  std::size_t at = place(added);
  for (std::size_t probes = 0; slots_[at].key != kFree; at = (at + 1) & mask_) {
    if (slots_[at].key == added) return refuse(" was given before.");
    if (++probes == kMostProbes) return refuse(" shares its place with too many others.");
  }
  slots_[at] = {added, {size_++, merged}};
  return {};
}

}  // namespace arges::language
