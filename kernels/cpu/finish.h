// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/ops/linear.h"

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

// gate ← SiLU(gate) ⊙ up, element by element.
void finish_gate(Block<float> gate, Block<const float> up, std::int64_t rows, std::int64_t cols);

}  // namespace arges::kernels::cpu
