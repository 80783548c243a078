// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "language/text/bounded_map.h"
#include "language/text/token.h"

namespace arges::language {

// What two neighbouring tokens become; a lower rank merges first.
struct Merge {
  std::uint32_t rank;
  TokenId merged;
};

// The merges of a byte-pair vocabulary, for piece_merger.h. Built once, then read from any thread.
class MergeTable {
 public:
  void reserve(std::size_t count) { merges_.reserve(count); }
  // MODEL_INVALID when the pair has a merge already or shares its hash with too many others. The
  // rank is the number of merges added before.
  Status add(TokenId left, TokenId right, TokenId merged);
  // nullptr when the two do not merge.
  const Merge* find(TokenId left, TokenId right) const;
  std::size_t size() const { return merges_.size(); }

 private:
  struct PairHash {
    std::size_t operator()(std::uint64_t key) const {
      return static_cast<std::size_t>((key ^ (key >> 31)) * 0x9E3779B97F4A7C15u >> 7);
    }
  };
  static std::uint64_t key(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }

  BoundedMap<std::uint64_t, Merge, PairHash> merges_;
};

}  // namespace arges::language
