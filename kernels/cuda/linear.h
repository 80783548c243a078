// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// A dense layer: sums[m, i] = Σ_j w[i, j] x[m, j]. Up to 64 rows, as decoding has them, are
// products that read W once; more, as prompts have them, are products of tiles on compute
// capability 9.0, and 64 at a time elsewhere. On either side of 64 a row's bits do not depend on
// the others; with 24,576 outputs and more, as heads have them, on either side of 32 on 9.0.
namespace arges::kernels::cuda {

inline constexpr int kMaxLinearRows = 64;  // of a product that reads W once

// n = x ⊙ inverse_rms ⊙ norm is computed again where it is added, so that no fp32 n is written:
// what a block's residual connection takes is α · n + β · (the block's output). Without inverse_rms
// and norm, n is x itself.
struct NormedResidual {
  const float* x = nullptr;            // [rows, width]
  const float* inverse_rms = nullptr;  // [rows], or null with norm
  const float* norm = nullptr;         // [width]
  float alpha = 1.0f;
  float beta = 1.0f;
};

// kGeluErf: x · Φ(x). kLightning, for the rows of lightning attention: SiLU of q, k and v and, from
// gate_column on, the gate's sigmoid.
enum class LinearActivation { kNone, kGeluErf, kLightning };

struct LinearArgs {
  const void* x = nullptr;    // bf16 [rows, x_stride]
  std::int64_t x_stride = 0;  // in elements, a multiple of 8
  int rows = 0;
  const void* w = nullptr;  // bf16 [outputs, inputs]
  int outputs = 0;          // with more than 64 rows a multiple of 8
  int inputs = 0;           // a multiple of 8
  // One of the two: bf16 [rows, y_stride] or fp32 [rows, y_stride].
  void* y = nullptr;
  float* sums = nullptr;
  std::int64_t y_stride = 0;  // with more than 64 rows a multiple of 8
  // Optional: every sum is divided by √(Σ of the row's square sums / inputs + epsilon).
  const float* square_sums = nullptr;  // [square_parts, square_stride], a row's in its column
  std::int64_t square_stride = 0;
  int square_parts = 0;
  float epsilon = 0.0f;
  const float* bias = nullptr;  // [outputs], optional; with a residual part of the block's output
  LinearActivation activation = LinearActivation::kNone;  // of sums with their bias
  int gate_column = 0;  // with kLightning, even; outputs or more: there is no gate
  // Optional, with fp32: sums = α · n + β · (W x). residual.x may be `sums`.
  NormedResidual residual;
  bool early = true;  // on 9.0: may start before the kernel ahead ends, if that lets it
};

Status linear(const LinearArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
