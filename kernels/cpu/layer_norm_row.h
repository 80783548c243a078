// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::kernels::cpu {

// What a layer norm multiplies and adds, of `width` floats each.
struct LayerNormRow {
  const float* weight = nullptr;
  const float* bias = nullptr;
  float epsilon = 0.0f;
  std::int64_t width = 0;
};

// out = (x − mean(x)) / sqrt(var(x) + epsilon) ⊙ weight + bias; `out` may be x.
void layer_norm_row(const LayerNormRow& norm, const float* x, float* out);

}  // namespace arges::kernels::cpu
