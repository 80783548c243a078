// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace arges::kernels::cpu {

// out = Σ_i weights[i] · from[rows[i]], rows of `width` floats, fused and in the order given.
void weighted_sum(std::span<const std::int64_t> rows, const float* weights, const float* from,
                  std::int64_t width, float* out);

}  // namespace arges::kernels::cpu
