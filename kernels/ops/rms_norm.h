// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out = x · rsqrt(mean(x²) + epsilon) · weight, row by row, all in fp32 (architecture.md §2.1).
struct RmsNormArgs {
  ConstTensorView x;       // [n, d] f32
  ConstTensorView weight;  // [d] f32
  float epsilon = 1e-5f;
  TensorView out;  // [n, d] f32; may be x itself
};

Status rms_norm(const ExecContext& context, const RmsNormArgs& args);

}  // namespace arges::kernels
