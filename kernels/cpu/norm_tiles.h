// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/cpu/tiled_rows.h"
#include "kernels/ops/norm_linear.h"

namespace arges::kernels::cpu {

// Rows of x to be normalised.
struct NormInput {
  const float* x = nullptr;
  const std::int32_t* chosen = nullptr;  // which rows; null: the first ones
  std::int64_t rows = 0;
  const RmsNorm* norm = nullptr;

  std::int64_t width() const { return norm->weight.shape[0]; }
  const float* row(std::int64_t index) const {
    return x + (chosen == nullptr ? index : chosen[index]) * width();
  }
};

// norm(x) in tiles for this weight, in the workspace, each row's 1 / rms in inverse_rms if it is
// given. `normed` [rows, width] holds the rows themselves behind it.
Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input,
                             const Matrix& weight, float* inverse_rms, float* normed);

// The same where nobody wants the rows.
Result<TiledRows> norm_tiles(const ExecContext& context, const NormInput& input,
                             const Matrix& weight, float* inverse_rms);

}  // namespace arges::kernels::cpu
