// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out = alpha · a + beta · b, element by element: the residual of every block
// (architecture.md §2.2).
struct ScaledAddArgs {
  ConstTensorView a;  // any shape, f32
  ConstTensorView b;  // the same shape
  float alpha = 1.0f;
  float beta = 1.0f;
  TensorView out;  // the same shape; may be a or b itself
};

Status scaled_add(const ExecContext& context, const ScaledAddArgs& args);

}  // namespace arges::kernels
