// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// scores ← e^(scale · score − largest), in place; returns what they add up to, in an order that
// depends on `count` alone. count >= 1.
float softmax_row(float* scores, std::int64_t count, float scale);

}  // namespace arges::kernels::cpu
