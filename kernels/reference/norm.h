// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/ops/norm_linear.h"
#include "kernels/ops/residual.h"

// The norms and residuals that several reference ops share.
namespace arges::kernels::reference {

template <typename Real, typename Input>
Real sum_of_squares(const Input* x, std::int64_t width) {
  Real squares = 0;
  for (std::int64_t i = 0; i < width; ++i) squares = std::fma(Real{x[i]}, Real{x[i]}, squares);
  return squares;
}

template <typename Real>
Real inverse_rms(Real squares, std::int64_t width, float epsilon) {
  return 1 / std::sqrt(squares / static_cast<Real>(width) + Real{epsilon});
}

// norm(x) of one row; its 1 / rms goes to `inverse`.
template <typename Real>
std::vector<Real> norm_row(const RmsNorm& norm, const float* x, float& inverse) {
  const std::int64_t width = norm.weight.shape[0];
  const Real exact = inverse_rms(sum_of_squares<Real>(x, width), width, norm.epsilon);
  inverse = static_cast<float>(exact);
  std::vector<Real> row;
  for (std::int64_t i = 0; i < width; ++i) row.push_back(x[i] * exact * norm.weight.f32()[i]);
  return row;
}

// (x − mean) / deviation ⊙ weight + bias of one row.
template <typename Real>
std::vector<Real> layer_norm_row(const float* x, std::int64_t width, const float* weight,
                                 const float* bias, float epsilon) {
  Real sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += x[i];
  const Real mean = sum / static_cast<Real>(width);
  Real squares = 0;
  for (std::int64_t i = 0; i < width; ++i) squares = std::fma(x[i] - mean, x[i] - mean, squares);
  const Real scale = inverse_rms(squares, width, epsilon);
  std::vector<Real> row;
  for (std::int64_t i = 0; i < width; ++i) {
    row.push_back((x[i] - mean) * scale * weight[i] + bias[i]);
  }
  return row;
}

// x ← alpha · n + beta · block, for one number.
template <typename Real>
void add_residual(const Residual& residual, std::int64_t row, std::int64_t column, Real block) {
  float& x = residual.x.f32()[row * residual.x.shape[1] + column];
  Real n = x;
  if (residual.norm.data != nullptr) {
    n = n * residual.inverse_rms.f32()[row] * residual.norm.f32()[column];
  }
  x = static_cast<float>(std::fma(Real{residual.alpha}, n, residual.beta * block));
}

}  // namespace arges::kernels::reference
