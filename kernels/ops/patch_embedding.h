// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Cuts every tile into patch × patch squares, row-major, maps each through the convolution's
// kernel, puts the class embedding before them and adds the positions (architecture.md §4.1):
//   out[p, 0] = class + position[0] ;  out[p, 1 + t] = W · flatten(patch t) + position[1 + t]
struct PatchEmbeddingArgs {
  ConstTensorView pixels;           // [tiles, channels, side, side] f32
  const Matrix* weight = nullptr;   // [hidden, channels · patch · patch]
  std::int64_t patch = 0;           // side is a multiple of it
  ConstTensorView class_embedding;  // [hidden] f32
  ConstTensorView positions;        // [1 + (side / patch)², hidden] f32
  TensorView out;                   // [tiles, 1 + (side / patch)², hidden] f32
};

}  // namespace arges::kernels
