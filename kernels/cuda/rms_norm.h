// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/linear.h"

// What stands between a model's blocks, for fp32 rows x: n = x · inverse_rms ⊙ norm with
// inverse_rms = 1/√(mean(x²) + epsilon); and before it, the end of the block of experts before.
namespace arges::kernels::cuda {

inline constexpr int kMaxNormWidth = 8192;

struct RmsNormArgs {
  float* x = nullptr;  // [rows, width]; replaced where experts are added
  int rows = 0;
  // Optional, [rows] device: row i is row from[i] of x, of expert_rows and of the residual; n and
  // inverse_rms are dense. What stands before a head that only some rows want; each at most once.
  const std::int32_t* from = nullptr;
  int width = 0;                // a multiple of 4, up to kMaxNormWidth
  const float* norm = nullptr;  // [width]
  float epsilon = 1e-5f;
  void* n = nullptr;             // bf16 [rows, width]
  float* inverse_rms = nullptr;  // [rows]
  // Optional: first x ← α · n' + β · Σ_j expert_rows[row · top + j], in the order of j, with n' by
  // `residual` (whose x is x, and whose inverse_rms is not the one that is written).
  const float* expert_rows = nullptr;  // [rows · top, width], weighted
  int top = 0;
  NormedResidual residual;
  bool early = true;
};

Status rms_norm(const RmsNormArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
