// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// A dense layer for 1 to 64 rows, as decoding has them: sums[m, i] = Σ_j w[i, j] x[m, j].
namespace arges::kernels::cuda {

inline constexpr int kMaxLinearRows = 64;

// n = x ⊙ inverse_rms ⊙ norm is computed again where it is added, so that no fp32 n is written:
// what a block's residual connection takes is α · n + β · (the block's output).
struct NormedResidual {
  const float* x = nullptr;            // [rows, width]
  const float* inverse_rms = nullptr;  // [rows]
  const float* norm = nullptr;         // [width]
  float alpha = 1.0f;
  float beta = 1.0f;
};

struct LinearArgs {
  const void* x = nullptr;    // bf16 [rows, x_stride]
  std::int64_t x_stride = 0;  // in elements, a multiple of 8
  int rows = 0;               // 1 … 64
  const void* w = nullptr;    // bf16 [outputs, inputs]
  int outputs = 0;
  int inputs = 0;  // a multiple of 8
  // One of the two: bf16 [rows, y_stride] or fp32 [rows, y_stride].
  void* y = nullptr;
  float* sums = nullptr;
  std::int64_t y_stride = 0;
  // Optional: every sum is divided by √(Σ of the row's square sums / inputs + epsilon).
  const float* square_sums = nullptr;  // [square_parts, rows]
  int square_parts = 0;
  float epsilon = 0.0f;
  // Optional, with fp32: sums = α · n + β · (W x). residual.x may be `sums`.
  NormedResidual residual;
  bool early = true;  // its first weights may be read while the kernel before is ending (9.0)
};

Status linear(const LinearArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
