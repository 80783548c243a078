// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arges::testing {

inline constexpr int kSquare = 64 * 64;
inline constexpr int kProductFloats = 3 * kSquare + 64 * 128;

// The products of lightning attention on tiles [4][64][64] of bf16 in device memory: x · yᵀ over
// 128 columns, x in registers and x in tiles; x₀ᵀ · y₀ᵀ; x₀ᵀ · y (64 × 128), one behind the other.
void run_products_sm90(const void* tiles, float* out);
void run_products_sm80(const void* tiles, float* out);

}  // namespace arges::testing
