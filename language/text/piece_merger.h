// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

#include "language/text/merge_table.h"
#include "language/text/token.h"

namespace arges::language {

// Merges the symbols of one piece until none is left to merge: always the lowest rank, and of equal
// ranks the leftmost. O(n log n) for n symbols, as many steps at a time as are wanted. The table
// must outlive it.
class PieceMerger {
 public:
  // Precondition: fewer than 2^31 symbols. Throws std::bad_alloc, as run() does.
  PieceMerger(const MergeTable& table, const std::vector<TokenId>& symbols);

  bool done() const { return all_offered() && first_.empty() && queue_.empty(); }
  // Goes on for about `steps` steps, or to the end. Returns those taken.
  std::size_t run(std::size_t steps);
  // Appends what is left of the symbols. Precondition: done().
  void append_to(std::vector<TokenId>& out) const;

 private:
  // The symbols as a list that merges shorten in place.
  struct Node {
    TokenId id;
    std::int32_t prev;  // -1 at the ends
    std::int32_t next;
    bool live;
  };
  struct Candidate {
    Merge merge;
    std::int32_t left;

    // std::priority_queue puts the largest first: the lowest rank, then the leftmost.
    bool operator<(const Candidate& other) const {
      if (merge.rank != other.merge.rank) return merge.rank > other.merge.rank;
      return left > other.left;
    }
  };

  bool all_offered() const { return offered_ + 1 >= nodes_.size(); }
  void offer_next();
  void take_best();
  const Merge* merge_at(std::int32_t left) const;
  void merge_pair(std::int32_t left, TokenId merged);
  void offer(std::int32_t left);

  const MergeTable& table_;
  std::vector<Node> nodes_;
  std::size_t offered_ = 0;       // nodes whose pair has been looked at
  std::vector<Candidate> first_;  // what merges of them; a whole list becomes a queue fastest
  std::priority_queue<Candidate> queue_;
};

}  // namespace arges::language
