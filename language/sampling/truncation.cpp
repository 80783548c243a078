// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/truncation.h"

#include <algorithm>

namespace arges::language {

void keep_top_k(int k, std::vector<Candidate>& candidates) {
  const auto count = static_cast<std::size_t>(k);
  if (count == 0 || count >= candidates.size()) return;
  const auto before = [](const Candidate& a, const Candidate& b) { return a.before(b); };
  std::nth_element(candidates.begin(), candidates.begin() + k - 1, candidates.end(), before);
  candidates.resize(count);
  std::sort(candidates.begin(), candidates.end(), before);
}

void keep_top_p(float top_p, std::vector<Candidate>& candidates) {
  if (top_p >= 1.0f) return;
  double sum = 0.0;
  for (const Candidate& candidate : candidates) sum += candidate.weight;
  // The heap's top is the candidate that comes first; each pop moves it behind the heap.
  const auto lower = [](const Candidate& a, const Candidate& b) { return b.before(a); };
  std::make_heap(candidates.begin(), candidates.end(), lower);
  auto heap_end = candidates.end();
  for (double kept = 0.0; heap_end != candidates.begin() && kept < top_p * sum;) {
    std::pop_heap(candidates.begin(), heap_end, lower);
    kept += (--heap_end)->weight;
  }
  candidates.erase(candidates.begin(), heap_end);
}

void keep_min_p(float min_p, std::vector<Candidate>& candidates) {
  double largest = 0.0;
  for (const Candidate& candidate : candidates) largest = std::max(largest, candidate.weight);
  std::erase_if(candidates, [floor = min_p * largest](const Candidate& candidate) {
    return candidate.weight < floor;
  });
}

}  // namespace arges::language
