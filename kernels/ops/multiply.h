// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out = a ⊙ b, element by element: the output gate (architecture.md §2.3, step 6).
struct MultiplyArgs {
  ConstTensorView a;  // any shape, f32
  ConstTensorView b;  // the same shape
  TensorView out;     // the same shape; may be a or b itself
};

Status multiply(const ExecContext& context, const MultiplyArgs& args);

}  // namespace arges::kernels
