// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "language/text/token.h"

namespace arges::language {

// A token that may be drawn. Its weight is proportional to its probability.
struct Candidate {
  TokenId id = 0;
  float logit = 0.0f;
  double weight = 0.0;

  // The likelier one comes first; of equal logits the lower id.
  bool before(const Candidate& other) const {
    return logit != other.logit ? logit > other.logit : id < other.id;
  }
};

// Each keeps at least one candidate of a list that is not empty, and leaves the list in an order
// that depends on the candidates alone, not on the standard library, so that draws do not either.

// Keeps the k candidates that come first, in order. O(n + k log k). k = 0 keeps all as they are.
void keep_top_k(int k, std::vector<Candidate>& candidates);

// Keeps the fewest candidates, likeliest first, whose weights reach `top_p` of the sum of all; they
// are left in reverse order. O(n + m log n) for m kept. top_p >= 1 keeps all.
void keep_top_p(float top_p, std::vector<Candidate>& candidates);

// Keeps candidates whose weight is at least `min_p` times the largest. O(n). 0 keeps all.
void keep_min_p(float min_p, std::vector<Candidate>& candidates);

}  // namespace arges::language
