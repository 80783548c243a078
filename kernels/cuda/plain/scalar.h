// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/base/matrix.h"
#include "kernels/cuda/plain/each.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/norm_linear.h"
#include "kernels/ops/residual.h"

// The scalar functions that bodies share; in the order of kernels/reference.
namespace arges::kernels::plain {

ARGES_ANYWHERE inline float as_float(std::uint32_t bits) {
  float value = 0.0f;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

ARGES_ANYWHERE inline float widen_f16(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fu;
  const std::uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + 112;
  return as_float(sign | wide << 23 | mantissa << 13);
}

// Element `index` of an array of f32, bf16 or f16, widened exactly.
ARGES_ANYWHERE inline float widen(const void* data, DType dtype, std::int64_t index) {
  if (dtype == DType::kF32) return static_cast<const float*>(data)[index];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
  return dtype == DType::kBF16 ? as_float(std::uint32_t{bits} << 16) : widen_f16(bits);
}

// A weight as bodies take it.
struct Weight {
  const void* data = nullptr;
  DType dtype = DType::kF32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;

  Weight() = default;
  explicit Weight(const Matrix& matrix)
      : data(matrix.data), dtype(matrix.dtype), rows(matrix.rows), cols(matrix.cols) {}

  // Row `row` times x(j): one fp32 accumulator, fused multiply-adds over ascending inputs.
  template <class X>
  ARGES_ANYWHERE float dot(std::int64_t row, const X& x) const {
    float sum = 0.0f;
    for (std::int64_t j = 0; j < cols; ++j) {
      sum = std::fma(x(j), widen(data, dtype, row * cols + j), sum);
    }
    return sum;
  }
};

ARGES_ANYWHERE inline float sigmoid(float x) {
  return 1.0f / (1.0f + std::exp(-x));
}

ARGES_ANYWHERE inline float activate(float x, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kSilu:
      return x * sigmoid(x);
    case Activation::kGeluErf:
      return 0.5f * x * (1.0f + std::erf(x * std::sqrt(0.5f)));
    case Activation::kSigmoid:
      return sigmoid(x);
  }
  return x;
}

ARGES_ANYWHERE inline float sum_of_squares(const float* x, std::int64_t width) {
  float squares = 0.0f;
  for (std::int64_t i = 0; i < width; ++i) squares = std::fma(x[i], x[i], squares);
  return squares;
}

ARGES_ANYWHERE inline float inverse_rms(float squares, std::int64_t width, float epsilon) {
  return 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
}

// norm(x) of rows, number by number, from each row's 1/rms.
struct NormedRows {
  const float* x = nullptr;
  const float* inverse = nullptr;
  const float* weight = nullptr;
  std::int64_t width = 0;

  ARGES_ANYWHERE float at(std::int64_t row, std::int64_t column) const {
    return x[row * width + column] * inverse[row] * weight[column];
  }
};

// Body: inverse[row], of row rows[row] of x, or of row itself.
struct InverseRms {
  const float* x;
  const std::int32_t* rows;
  std::int64_t width;
  float epsilon;
  float* inverse;

  ARGES_ANYWHERE void operator()(std::int64_t row) const {
    const std::int64_t source = rows == nullptr ? row : rows[row];
    inverse[row] = inverse_rms(sum_of_squares(x + source * width, width), width, epsilon);
  }
};

// x ← alpha · n + beta · block, number by number.
struct ResidualRows {
  float* x = nullptr;
  const float* inverse = nullptr;
  const float* norm = nullptr;
  std::int64_t width = 0;
  float alpha = 1.0f;
  float beta = 1.0f;

  explicit ResidualRows(const Residual& residual)
      : x(residual.x.f32()),
        inverse(residual.inverse_rms.f32()),
        norm(residual.norm.f32()),
        width(residual.x.shape[1]),
        alpha(residual.alpha),
        beta(residual.beta) {}

  ARGES_ANYWHERE void add(std::int64_t row, std::int64_t column, float block) const {
    float& value = x[row * width + column];
    const float n = norm == nullptr ? value : value * inverse[row] * norm[column];
    value = std::fma(alpha, n, beta * block);
  }
};

}  // namespace arges::kernels::plain
