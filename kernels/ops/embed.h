// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Rows of a step that are a picture's features instead of words.
struct PictureRows {
  std::int64_t begin = 0;    // the first of them in the step
  ConstTensorView features;  // [count, hidden] f32
};

// x[i] = table[ids[i]], widened to fp32 (architecture.md §2.1: no scale); where pictures lie, their
// features instead (§4.4).
struct EmbedArgs {
  ConstTensorView ids;                    // [n] i32, each in [0, vocab), placeholders included
  ConstTensorView table;                  // [vocab, hidden] f32, bf16 or f16
  std::span<const PictureRows> pictures;  // within [0, n), not overlapping
  TensorView x;                           // [n, hidden] f32
};

}  // namespace arges::kernels
