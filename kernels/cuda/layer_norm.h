// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// n = (x − mean(x)) / √(var(x) + epsilon) ⊙ weight + bias, row by row, biased variance
// (architecture.md §4.1), for fp32 rows of a vision transformer.
namespace arges::kernels::cuda {

struct LayerNormArgs {
  const float* x = nullptr;  // [rows, width]
  int rows = 0;
  int width = 0;                  // a multiple of 4, up to 4096
  const float* weight = nullptr;  // [width]
  const float* bias = nullptr;    // [width]
  float epsilon = 1e-5f;
  // One of the two: bf16 [rows, width] or fp32 [rows, width], which may be x.
  void* n = nullptr;
  float* normed = nullptr;
  bool early = true;  // on 9.0: may start before the kernel ahead ends, if that lets it
};

// INVALID_ARGUMENT for sizes or pointers that do not fit.
Status layer_norm(const LayerNormArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
