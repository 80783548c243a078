// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace arges::kernels::cpu {

// out[c · out_step + r] = rows[r][c] for c in [0, cols): turns rows into the columns that a
// PanelProduct reads as its x.
void interleave_rows(std::span<const float* const> rows, std::int64_t cols, float* out,
                     std::int64_t out_step);

}  // namespace arges::kernels::cpu
