// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/product_unit.h"

namespace arges::kernels::cpu {

// Inputs that a dot unit takes at a time: a cache line of bf16, a row of an AMX tile.
constexpr std::int64_t kDotBlock = 32;

// `inputs` in whole blocks; those behind the last are zeros, in rows and in weights.
constexpr std::int64_t padded_inputs(std::int64_t inputs) {
  return (inputs + kDotBlock - 1) / kDotBlock * kDotBlock;
}

// Weights that are wanted soon: the product may bring them nearer while it multiplies. They lie as
// its own do, panels at the same step; of each 32 inputs of a panel, 16 cache lines, it is to
// bring [first_line, last_line), so that several products share the work.
struct WeightsAhead {
  const std::uint16_t* w = nullptr;  // null: none
  std::int64_t first_line = 0;
  std::int64_t last_line = 0;
};

// A product of a few rows of bf16 with some panels of bf16, into fp32 sums:
//   sums[r, p · 16 + j] ← (resume ? the same : 0) + Σ_i x[r, i] · w[p, j, i]
// In pairs of inputs, which is what the units multiply at once. On one unit a sum does not depend
// on the rows and panels beside it, and a product cut along i by `resume` has the same bits. What
// the units do inside a block differs, and so do their bits: subnormal numbers count as zero.
struct DotProduct {
  const std::uint16_t* x = nullptr;  // element (r, i) at x[(i / 32 · rows + r) · 32 + i % 32]
  std::int64_t rows = 0;             // 1 to the unit's tile_rows
  // Element (p, j, i) at w[p · panel_step + (i / 2 · 16 + j) · 2 + i % 2]
  const std::uint16_t* w = nullptr;
  std::int64_t panel_step = 0;
  std::int64_t panels = 0;
  std::int64_t blocks = 0;  // extent of i, in kDotBlock
  float* sums = nullptr;
  std::int64_t sums_step = 0;
  bool resume = false;
  WeightsAhead ahead = {};
};

// Hardware that multiplies pairs of bf16.
using DotUnit = ProductUnit<DotProduct>;

// Those that this processor has and that the system lets this process use, the best first. Asks
// once; safe from any thread.
std::span<const DotUnit* const> dot_units();

// The unit that products use: see UnitChoice. Precondition: there is one.
const DotUnit& dot_unit();

// Makes another of dot_units() the one that is used, null: the choice above. Weights stay valid,
// rows that are tiled already do not. For tests.
void use_dot_unit(const DotUnit* unit);

// One unit a file. Null where the compiler knows no such processor; whether this one has the unit
// is dot_units()'s to find out.
const DotUnit* avx512_dot_unit();
const DotUnit* amx_dot_unit();

}  // namespace arges::kernels::cpu
