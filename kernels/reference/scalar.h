// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/base/dtype.h"
#include "kernels/base/matrix.h"
#include "kernels/ops/linear.h"

// The scalar functions that several reference ops share.
namespace arges::kernels::reference {

// Element `index` of an array of f32, bf16 or f16, widened exactly.
inline float widen(const void* data, DType dtype, std::int64_t index) {
  if (dtype == DType::kF32) return static_cast<const float*>(data)[index];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
  return dtype == DType::kBF16 ? bf16_to_f32(bits) : f16_to_f32(bits);
}

// An input as the weight takes it.
template <typename Real>
Real as_row_type(Real x, DType row_type) {
  return row_type == DType::kBF16 ? bf16_to_f32(f32_to_bf16(static_cast<float>(x))) : x;
}

// Row `row` of W times x: one accumulator, fused multiply-adds over ascending inputs.
template <typename Real, typename Input>
Real dot_row(const Matrix& weight, std::int64_t row, const Input* x) {
  Real sum = 0;
  for (std::int64_t i = 0; i < weight.cols; ++i) {
    const Real input = as_row_type(x[i], weight.row_type);
    sum = std::fma(input, Real{widen(weight.data, weight.dtype, row * weight.cols + i)}, sum);
  }
  return sum;
}

template <typename Real>
Real sigmoid(Real x) {
  return 1 / (1 + std::exp(-x));
}

template <typename Real>
Real activate(Real x, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kSilu:
      return x * sigmoid(x);
    case Activation::kGeluErf:
      return Real{0.5f} * x * (1 + std::erf(x * std::sqrt(Real{0.5f})));
    case Activation::kSigmoid:
      return sigmoid(x);
  }
  return x;
}

}  // namespace arges::kernels::reference
