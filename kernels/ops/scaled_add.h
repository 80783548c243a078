// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out = alpha · a + beta · b, element by element: the residuals of the image encoder
// (architecture.md §4.1).
struct ScaledAddArgs {
  ConstTensorView a;  // any shape, f32
  ConstTensorView b;  // the same shape
  float alpha = 1.0f;
  float beta = 1.0f;
  TensorView out;  // the same shape; may be a or b itself
};

}  // namespace arges::kernels
