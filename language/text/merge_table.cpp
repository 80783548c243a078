// SPDX-License-Identifier: Apache-2.0
#include "language/text/merge_table.h"

#include <queue>

namespace arges::language {
namespace {

constexpr std::size_t kStepsBetweenStopChecks = std::size_t{1} << 16;

// The symbols of a piece as a list that merges shorten in place.
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

class PieceMerger {
 public:
  PieceMerger(const MergeTable& table, const std::vector<TokenId>& symbols) : table_(table) {
    const auto count = static_cast<std::int32_t>(symbols.size());
    nodes_.reserve(symbols.size());
    for (std::int32_t i = 0; i < count; ++i) {
      nodes_.push_back({symbols[i], i - 1, i + 1 < count ? i + 1 : -1, true});
    }
    std::vector<Candidate> first;
    for (std::int32_t i = 0; i + 1 < count; ++i) {
      if (const Merge* merge = merge_at(i)) first.push_back({*merge, i});
    }
    queue_ = std::priority_queue<Candidate>({}, std::move(first));
  }

  Status run(const StopCheck& stop) {
    for (std::size_t step = 1; !queue_.empty(); ++step) {
      if (step % kStepsBetweenStopChecks == 0) ARGES_RETURN_IF_ERROR(stop());
      const Candidate best = queue_.top();
      queue_.pop();
      // An entry is stale when one of its two symbols has merged with another one meanwhile.
      const Merge* merge = merge_at(best.left);
      if (merge == nullptr || merge->merged != best.merge.merged) continue;
      merge_pair(best.left, merge->merged);
    }
    return {};
  }

  void write(std::vector<TokenId>& out) const {
    out.clear();
    for (std::int32_t i = nodes_.empty() ? -1 : 0; i >= 0; i = nodes_[i].next) {
      out.push_back(nodes_[i].id);
    }
  }

 private:
  const Merge* merge_at(std::int32_t left) const {
    if (left < 0 || !nodes_[left].live || nodes_[left].next < 0) return nullptr;
    return table_.find(nodes_[left].id, nodes_[nodes_[left].next].id);
  }

  void merge_pair(std::int32_t left, TokenId merged) {
    Node& node = nodes_[left];
    Node& gone = nodes_[node.next];
    node.id = merged;
    gone.live = false;
    node.next = gone.next;
    if (node.next >= 0) nodes_[node.next].prev = left;
    offer(node.prev);
    offer(left);
  }

  void offer(std::int32_t left) {
    if (const Merge* merge = merge_at(left)) queue_.push({*merge, left});
  }

  const MergeTable& table_;
  std::vector<Node> nodes_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

bool MergeTable::add(TokenId left, TokenId right, TokenId merged) {
  const Merge merge{static_cast<std::uint32_t>(merges_.size()), merged};
  return merges_.emplace(key(left, right), merge).second;
}

const Merge* MergeTable::find(TokenId left, TokenId right) const {
  const auto found = merges_.find(key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

Status MergeTable::apply(std::vector<TokenId>& symbols, const StopCheck& stop) const {
  if (symbols.size() < 2) return {};
  PieceMerger merger(*this, symbols);
  ARGES_RETURN_IF_ERROR(merger.run(stop));
  merger.write(symbols);
  return {};
}

}  // namespace arges::language
