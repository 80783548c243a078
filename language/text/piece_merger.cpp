// SPDX-License-Identifier: Apache-2.0
#include "language/text/piece_merger.h"

#include <utility>

namespace arges::language {

PieceMerger::PieceMerger(const MergeTable& table, const std::vector<TokenId>& symbols)
    : table_(table) {
  const auto count = static_cast<std::int32_t>(symbols.size());
  nodes_.reserve(symbols.size());
  for (std::int32_t i = 0; i < count; ++i) {
    nodes_.push_back({symbols[i], i - 1, i + 1 < count ? i + 1 : -1, true});
  }
}

std::size_t PieceMerger::run(std::size_t steps) {
  std::size_t taken = 0;
  for (; taken < steps && !all_offered(); ++taken) offer_next();
  if (all_offered() && !first_.empty()) {
    queue_ = std::priority_queue<Candidate>({}, std::exchange(first_, {}));
  }
  for (; taken < steps && !queue_.empty(); ++taken) take_best();
  return taken;
}

void PieceMerger::offer_next() {
  const auto left = static_cast<std::int32_t>(offered_++);
  if (const Merge* merge = merge_at(left)) first_.push_back({*merge, left});
}

void PieceMerger::take_best() {
  const Candidate best = queue_.top();
  queue_.pop();
  // An entry is stale when one of its two symbols has merged with another one meanwhile.
  const Merge* merge = merge_at(best.left);
  if (merge == nullptr || merge->merged != best.merge.merged) return;
  merge_pair(best.left, merge->merged);
}

void PieceMerger::append_to(std::vector<TokenId>& out) const {
  for (std::int32_t i = nodes_.empty() ? -1 : 0; i >= 0; i = nodes_[i].next) {
    out.push_back(nodes_[i].id);
  }
}

const Merge* PieceMerger::merge_at(std::int32_t left) const {
  if (left < 0 || !nodes_[left].live || nodes_[left].next < 0) return nullptr;
  return table_.find(nodes_[left].id, nodes_[nodes_[left].next].id);
}

void PieceMerger::merge_pair(std::int32_t left, TokenId merged) {
  Node& node = nodes_[left];
  Node& gone = nodes_[node.next];
  node.id = merged;
  gone.live = false;
  node.next = gone.next;
  if (node.next >= 0) nodes_[node.next].prev = left;
  offer(node.prev);
  offer(left);
}

void PieceMerger::offer(std::int32_t left) {
  if (const Merge* merge = merge_at(left)) queue_.push({*merge, left});
}

}  // namespace arges::language
