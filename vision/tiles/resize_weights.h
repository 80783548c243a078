// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace arges::vision {

// Fixed-point weights carry this many bits after the point: 32 bits less 8 for the sample and 2
// for sums that overshoot.
inline constexpr int kWeightBits = 22;

// How one side is resampled: output i is the weighted sum of `count[i]` inputs from `first[i]`.
struct ResizeWeights {
  int taps = 0;                       // room for weights of each output
  std::vector<int> first;             // [out]
  std::vector<int> count;             // [out], at most taps
  std::vector<std::int32_t> weights;  // [out, taps], sum of each row about 1 << kWeightBits

  const std::int32_t* row(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(taps);
  }
};

// Weights for scaling `in` samples to `out` samples; preconditions in >= 1, out >= 1. Computed in
// double and rounded as Pillow does, since the bytes depend on the last bit.
ResizeWeights bicubic_weights(int in, int out);

}  // namespace arges::vision
