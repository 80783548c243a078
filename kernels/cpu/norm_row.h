// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// Σ x², in an order that depends on the width alone.
float sum_of_squares(const float* x, std::int64_t width);

// out = RMSNorm of one row (kernels/ops/norm_linear.h); returns its 1 / rms.
float norm_row(const float* x, const float* weight, float epsilon, std::int64_t width, float* out);

// o ← sigmoid(gate) ⊙ weight ⊙ o.
void gate_row(const float* gate, const float* weight, std::int64_t width, float* o);

}  // namespace arges::kernels::cpu
