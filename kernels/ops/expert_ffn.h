// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/residual.h"
#include "kernels/ops/route.h"

namespace arges::kernels {

// Rows of gate and up that alternate in Expert::gate_up.
constexpr std::int64_t kGateRows = 16;

// The three maps of one expert (architecture.md §2.6).
struct Expert {
  // w1 and w3, [ffn, width] each, in turns of kGateRows rows, the last turn filled with zeros:
  // [2 · ⌈ffn / 16⌉ · 16, width].
  Matrix gate_up;
  Matrix down;  // w2, [width, ffn]
};

// x ← alpha · n + beta · Σ_slot weights[i, slot] · w2_e( SiLU(w1_e m[i]) ⊙ (w3_e m[i]) ) with
// e = ids[i, slot], summed in slot order, so that a row does not depend on the rows beside it.
struct ExpertFfnArgs {
  ConstTensorView m;                // [n, width] f32
  Routing routing;                  // of these rows to these experts, as route wrote it
  std::span<const Expert> experts;  // of equal sizes
  Residual residual;                // x must not overlap m
};

}  // namespace arges::kernels
