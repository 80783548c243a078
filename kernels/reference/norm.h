// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/ops/norm_linear.h"
#include "kernels/ops/residual.h"

// The norms and residuals that several reference ops share.
namespace arges::kernels::reference {

inline float sum_of_squares(const float* x, std::int64_t width) {
  float squares = 0.0f;
  for (std::int64_t i = 0; i < width; ++i) squares = std::fma(x[i], x[i], squares);
  return squares;
}

inline float inverse_rms(float squares, std::int64_t width, float epsilon) {
  return 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
}

inline float normed(float x, float inverse, float weight) {
  return x * inverse * weight;
}

// norm(x) of one row; its 1 / rms goes to `inverse`.
inline std::vector<float> norm_row(const RmsNorm& norm, const float* x, float& inverse) {
  const std::int64_t width = norm.weight.shape[0];
  inverse = inverse_rms(sum_of_squares(x, width), width, norm.epsilon);
  std::vector<float> row;
  for (std::int64_t i = 0; i < width; ++i) {
    row.push_back(normed(x[i], inverse, norm.weight.f32()[i]));
  }
  return row;
}

// x ← alpha · n + beta · block, for one number.
inline void add_residual(const Residual& residual, std::int64_t row, std::int64_t column,
                         float block) {
  float& x = residual.x.f32()[row * residual.x.shape[1] + column];
  float n = x;
  if (residual.norm.data != nullptr) {
    n = normed(x, residual.inverse_rms.f32()[row], residual.norm.f32()[column]);
  }
  x = std::fma(residual.alpha, n, residual.beta * block);
}

}  // namespace arges::kernels::reference
