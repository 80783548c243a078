// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// A stretch of one row on its way into blocks of kDotBlock inputs.
struct RoundedRow {
  const float* in = nullptr;  // `count` floats
  std::int64_t first = 0;     // where they stand in the row, a multiple of kPanel
  std::int64_t count = 0;
  std::int64_t padded = 0;       // behind `count` up to here: zeros
  std::uint16_t* out = nullptr;  // input i goes to out[i / 32 · block_step + i % 32]
  std::int64_t block_step = 0;
};

// Rounds to the nearest bf16, ties to even, NaN staying NaN (f32_to_bf16 of kernels/base/dtype.h).
void round_row(const RoundedRow& row);

// Two rows side by side: out[i] is `even` at i and, in its upper half, `odd` at i, rounded, for i
// in [0, count). Whole vectors are written, zeros behind `count`, but no more than kPanel pairs.
// count <= kPanel; `odd` may be null: zeros.
void round_pairs(const float* even, const float* odd, std::int64_t count, std::uint32_t* out);

}  // namespace arges::kernels::cpu
