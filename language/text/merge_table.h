// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/token.h"

namespace arges::language {

// What two neighbouring tokens become; a lower rank merges first.
struct Merge {
  std::uint32_t rank;
  TokenId merged;
};

// The merges of a byte-pair vocabulary, for piece_merger.h: a flat table with open addressing,
// since encoding does little but look pairs up. Built once, then read from any thread.
//
// A file chooses the pairs, and the hash has no secret: no pair may lie further than kMostProbes
// from its place, so that neither adding nor looking up costs more, whatever the file. The table is
// at most half full, and no honest file comes near that.
class MergeTable {
 public:
  static constexpr std::size_t kMostProbes = 256;

  // Room for so many merges. Throws std::bad_alloc.
  explicit MergeTable(std::size_t most_merges);

  // MODEL_INVALID when the pair has a merge already or shares its place with too many others. The
  // rank is the number of merges added before. Precondition: there is room.
  Status add(TokenId left, TokenId right, TokenId merged);
  // nullptr when the two do not merge.
  const Merge* find(TokenId left, TokenId right) const {
    const std::uint64_t wanted = key(left, right);
    for (std::size_t at = place(wanted); slots_[at].key != kFree; at = (at + 1) & mask_) {
      if (slots_[at].key == wanted) return &slots_[at].merge;
    }
    return nullptr;
  }

 private:
  struct Slot {
    std::uint64_t key;
    Merge merge;
  };
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};  // no ids are negative

  static std::uint64_t key(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }
  // Multiplying carries upwards only, so the high half is folded into the low one before and after.
  std::size_t place(std::uint64_t key) const {
    key = (key ^ key >> 32) * 0x9E3779B97F4A7C15u;
    key = (key ^ key >> 32) * 0xD6E8FEB86659FD93u;
    return static_cast<std::size_t>(key ^ key >> 32) & mask_;
  }

  std::vector<Slot> slots_;
  std::size_t mask_;  // one less than the slots, a power of two
  std::uint32_t size_ = 0;
};

}  // namespace arges::language
