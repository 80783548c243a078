// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/ops/linear.h"
#include "kernels/ops/residual.h"

namespace arges::kernels::cpu {

// A rectangle of floats in memory: element (r, c) at data[r · step + c].
template <typename T>
struct Block {
  T* data = nullptr;
  std::int64_t step = 0;
};

// out = activation(sums + bias) for rows × cols outputs; bias [cols] or null. `out` may be `sums`.
void finish_linear(Block<const float> sums, std::int64_t rows, std::int64_t cols, const float* bias,
                   Activation activation, Block<float> out);

// Panels of kGateRows columns that alternate between gate and up become SiLU(gate) ⊙ up, in place
// and closed up: sums[r, p · 16 + c] for `pairs` pairs p.
void finish_gate(Block<float> sums, std::int64_t rows, std::int64_t pairs);

// Where a block ends: x ← alpha · n + beta · scale · block (kernels/ops/residual.h), for the rows
// and columns of some sums.
struct ResidualBlock {
  Block<float> x;                      // at the first row and column
  const float* inverse_rms = nullptr;  // of the first row; read only with norm
  const float* norm = nullptr;         // of the first column; null: n is x itself
  const float* scales = nullptr;       // of the first row; null: 1
  float alpha = 1.0f;
  float beta = 1.0f;
};
void finish_residual(Block<const float> sums, std::int64_t rows, std::int64_t cols,
                     const ResidualBlock& residual);

// The block of a residual that begins at this row and column.
ResidualBlock block_of(const Residual& residual, std::int64_t row, std::int64_t column);

// out = SiLU(in) for `count` floats.
void silu_row(const float* in, std::int64_t count, float* out);

}  // namespace arges::kernels::cpu
