// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/panel_groups.h"
#include "kernels/base/quantise.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/cpu/product_unit.h"

namespace arges::kernels::cpu {

// Inputs of quantised rows that lie together: a cache line, a row of an AMX tile.
constexpr std::int64_t kIntegerBlock = 64;
static_assert(kIntegerBlock % kMostGroupInputs == 0);

// A tile of quantised rows times some panels of quantised weights, added to fp32 sums: for the
// groups g in ascending order
//   sums[r, p · 16 + j] ← fma(scale of w[p, j, g] · scale of x[r, g], Σ_i x[r, i] · w[p, j, i] over
//   g, the same)
// The inner sum is one of integers, so it has the same bits on every unit, whatever lies beside.
struct IntegerProduct {
  const std::int8_t* x = nullptr;        // element (r, i) at x[(i / 64 · rows + r) · 64 + i % 64]
  const float* x_scales = nullptr;       // of (g, r) at [g · rows + r]
  const std::int32_t* x_sums = nullptr;  // Σ_i x[r, i] over g, there too
  std::int64_t rows = 0;                 // 1 to the unit's tile_rows
  const std::byte* w = nullptr;          // the first group of the first panel
  std::int64_t panel_bytes = 0;          // from one panel to the next
  std::int64_t panels = 0;
  std::int64_t groups = 0;  // x and w begin with the same one
  PanelGroups layout;
  float* sums = nullptr;
  std::int64_t sums_step = 0;
};

using IntegerUnit = ProductUnit<IntegerProduct>;

// Those that this processor has and that the system lets this process use, the best first; plain
// C++ is the last. Asks once; safe from any thread.
std::span<const IntegerUnit* const> integer_units();

// The unit that products use: see UnitChoice.
const IntegerUnit& integer_unit();

// Makes another of integer_units() the one that is used, null: the choice above. Rows that are
// tiled already become invalid. For tests.
void use_integer_unit(const IntegerUnit* unit);

// One unit a file. Null where the compiler knows no such processor; whether this one has the unit
// is integer_units()'s to find out.
const IntegerUnit* generic_integer_unit();
const IntegerUnit* avx2_integer_unit();
const IntegerUnit* avx512_integer_unit();
const IntegerUnit* amx_integer_unit();

}  // namespace arges::kernels::cpu
