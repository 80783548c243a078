// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/residual.h"

namespace arges::kernels {

// A norm of z that is applied behind the product, since W · (z / rms) = (W · z) / rms: row i is
// divided by sqrt(squares[i] / width + epsilon).
struct LateNorm {
  ConstTensorView squares;  // [n] f32, the sums of squares; data == nullptr for no norm
  std::int64_t width = 1;   // numbers that each sum is over
  float epsilon = 0.0f;
};

// The end of a mixer: x ← alpha · n + beta · W z / rms. The products' sums are those of linear.
struct LinearResidualArgs {
  ConstTensorView z;               // [n, inputs] f32
  const Matrix* weight = nullptr;  // [width, inputs]
  LateNorm norm;
  Residual residual;  // x must not overlap z
};

}  // namespace arges::kernels
