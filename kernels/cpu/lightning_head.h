// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "kernels/ops/lightning.h"

namespace arges::kernels::cpu {

// One head of one sequence, and the value channels [first_column, end_column) of it: the columns
// of the state do not touch each other, so they may be computed apart.
struct LightningHead {
  const float* q = nullptr;  // of the first token; its k at q + width, its v at q + 2 · width
  std::int64_t token_step = 0;
  std::int64_t width = 0;
  float slope = 0.0f;
  float* state = nullptr;  // [width, width]
  float* out = nullptr;    // of the first token
  std::int64_t out_step = 0;
  std::int64_t first_column = 0;
  std::int64_t end_column = 0;

  const float* key(std::int64_t token) const { return q + token * token_step + width; }
  const float* value(std::int64_t token) const { return key(token) + width; }
};

// The recurrence, token by token: two passes' worth of memory traffic a token.
void lightning_steps(const LightningHead& head, std::int64_t tokens);

// The decay of n tokens at powers[kLightningBlock + n]; zeros before, so that a vector may begin
// above the diagonal. Each is its own exponential: never a quotient of two, which would overflow.
using DecayPowers = std::array<float, 2 * kLightningBlock + 1>;
DecayPowers decay_powers(float slope);

// The same function, for one block of at most kLightningBlock tokens (architecture.md §2.3, step
// 4):
//   out_i = e^(−s(i+1)) q_iᵀ S + Σ_{j≤i} e^(−s(i−j)) (q_i·k_j) v_j
//   S ← e^(−s m) S + Σ_j e^(−s(m−1−j)) k_j v_jᵀ
// Precondition: width and the columns are whole panels; the powers are those of the head's slope.
void lightning_block(const LightningHead& head, std::int64_t tokens, const DecayPowers& powers,
                     float* scratch);

// Floats of scratch that lightning_block needs.
std::int64_t lightning_scratch_floats(std::int64_t width);

}  // namespace arges::kernels::cpu
