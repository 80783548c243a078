// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

// Where one attended token's key and value lie: channel c of the key at key[c · key_step].
struct AttendedToken {
  const float* key;
  std::int64_t key_step;
  const float* value;
};

// out = Σ softmax(scale · q·k) v over the tokens, for one query of `width` channels. What is
// multiplied is brought to `row_type` before.
template <typename Real>
void attend(const float* q, std::span<const AttendedToken> tokens, float scale, std::int64_t width,
            float* out, DType row_type = DType::kF32) {
  std::vector<Real> weights;
  for (const AttendedToken& token : tokens) {
    Real score = 0;
    for (std::int64_t c = 0; c < width; ++c) {
      score = std::fma(Real{as_row_type(q[c], row_type)},
                       Real{as_row_type(token.key[c * token.key_step], row_type)}, score);
    }
    weights.push_back(score * scale);
  }
  const Real largest = *std::max_element(weights.begin(), weights.end());
  Real total = 0;
  for (Real& weight : weights) total += weight = std::exp(weight - largest);
  for (std::int64_t c = 0; c < width; ++c) {
    Real sum = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      sum = std::fma(as_row_type(weights[t], row_type), as_row_type(tokens[t].value[c], row_type),
                     sum);
    }
    out[c] = static_cast<float>(sum / total);
  }
}

}  // namespace arges::kernels::reference
