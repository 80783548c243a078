// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

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

// A group of a quantised row, of weights or of activations. Integers behind the group's end are 0.
struct QuantisedGroup {
  float scale;
  std::int8_t integers[kMostGroupInputs];
};

inline QuantisedGroup quantised(const GroupFormat& format, std::span<const float> row,
                                std::int64_t group) {
  QuantisedGroup out{};
  const std::int64_t first = group * format.inputs;
  const auto count = std::min<std::int64_t>(format.inputs, std::ssize(row) - first);
  out.scale = quantise_group(format, row.data() + first, count, out.integers);
  return out;
}

inline std::int32_t integer_dot(const QuantisedGroup& a, const QuantisedGroup& b) {
  std::int32_t sum = 0;
  for (std::int64_t i = 0; i < kMostGroupInputs; ++i) sum += a.integers[i] * b.integers[i];
  return sum;
}

// Row `row` of a quantised W times x, whose groups are brought to 8 bits: y = 0, then for the
// groups in ascending order y = fma(scale of W · scale of x, integer dot product, y).
template <typename Real, typename Input>
Real quantised_dot_row(const Matrix& weight, std::int64_t row, const Input* x) {
  const std::int64_t groups = group_count(weight.groups, weight.cols);
  const auto* w = static_cast<const QuantisedGroup*>(weight.data) + row * groups;
  const std::vector<float> inputs(x, x + weight.cols);
  const GroupFormat of_rows{8, weight.groups.inputs};
  Real sum = 0;
  for (std::int64_t g = 0; g < groups; ++g) {
    const QuantisedGroup input = quantised(of_rows, inputs, g);
    sum = std::fma(Real{w[g].scale} * Real{input.scale},
                   static_cast<Real>(integer_dot(w[g], input)), sum);
  }
  return sum;
}

// Row `row` of W times x: one accumulator, fused multiply-adds over ascending inputs.
template <typename Real, typename Input>
Real dot_row(const Matrix& weight, std::int64_t row, const Input* x) {
  if (weight.dtype == DType::kI8) return quantised_dot_row<Real>(weight, row, x);
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
