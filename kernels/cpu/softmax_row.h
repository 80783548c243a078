// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// The scores of one query, and where its weights go.
struct SoftmaxRow {
  const float* scores = nullptr;
  std::int64_t count = 0;  // at least 1
  float scale = 1.0f;
  std::uint16_t* weights = nullptr;  // weight i at [i / 32 · block_step + i % 32], whole blocks
  std::int64_t block_step = 0;
};

// weights ← e^(scale · score − largest), rounded to bf16, zeros behind them; returns what they add
// up to before they are rounded, in an order that depends on `count` alone.
float softmax_row(const SoftmaxRow& row);

}  // namespace arges::kernels::cpu
