// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/truncation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace arges::language {
namespace {

// Candidates 0, 1, 2, ... with these probabilities.
std::vector<Candidate> candidates(const std::vector<double>& probabilities) {
  std::vector<Candidate> out;
  for (const double p : probabilities) {
    out.push_back({static_cast<TokenId>(out.size()), static_cast<float>(std::log(p)), p});
  }
  return out;
}

std::vector<TokenId> ids(std::vector<Candidate> list) {
  std::vector<TokenId> out;
  for (const Candidate& candidate : list) out.push_back(candidate.id);
  std::sort(out.begin(), out.end());
  return out;
}

using Ids = std::vector<TokenId>;

TEST(TopK, KeepsTheLikeliestAndBreaksTiesByLowerId) {
  auto list = candidates({0.1, 0.3, 0.1, 0.4, 0.1});
  auto three = list;
  keep_top_k(3, three);
  EXPECT_EQ(ids(three), (Ids{0, 1, 3}));
  EXPECT_EQ(three[0].id, 3);
  auto one = list;
  keep_top_k(1, one);
  EXPECT_EQ(ids(one), (Ids{3}));
}

TEST(TopK, ZeroOrMoreThanAllKeepsAll) {
  for (const int k : {0, 5, 6, 1 << 30}) {
    auto list = candidates({0.1, 0.3, 0.1, 0.4, 0.1});
    keep_top_k(k, list);
    EXPECT_EQ(list.size(), 5u) << k;
  }
}

TEST(TopP, KeepsTheFewestThatReachTheSum) {
  const auto list = candidates({0.125, 0.5, 0.125, 0.25});
  const auto kept = [&](float p) {
    auto copy = list;
    keep_top_p(p, copy);
    return ids(copy);
  };
  EXPECT_EQ(kept(1e-6f), (Ids{1}));
  EXPECT_EQ(kept(0.5f), (Ids{1}));
  EXPECT_EQ(kept(0.51f), (Ids{1, 3}));
  EXPECT_EQ(kept(0.75f), (Ids{1, 3}));
  EXPECT_EQ(kept(0.8f), (Ids{0, 1, 3}));
  EXPECT_EQ(kept(0.99f), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(kept(1.0f), (Ids{0, 1, 2, 3}));
}

TEST(TopP, WeightsNeedNotSumToOne) {
  auto list = candidates({0.5, 0.25, 0.25});
  for (Candidate& candidate : list) candidate.weight *= 1e-12;
  keep_top_p(0.6f, list);
  EXPECT_EQ(ids(list), (Ids{0, 1}));
}

TEST(MinP, KeepsWhatIsLikelyEnoughComparedWithTheLikeliest) {
  const auto list = candidates({0.5, 0.25, 0.125, 0.125});
  const auto kept = [&](float p) {
    auto copy = list;
    keep_min_p(p, copy);
    return ids(copy);
  };
  EXPECT_EQ(kept(0.0f), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(kept(0.25f), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(kept(0.3f), (Ids{0, 1}));
  EXPECT_EQ(kept(1.0f), (Ids{0}));
}

}  // namespace
}  // namespace arges::language
