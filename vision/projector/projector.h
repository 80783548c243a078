// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "vision/vit/weights.h"

namespace arges::vision {

// out = linear2(gelu(linear1(x))): ViT features [n, vit hidden] to the language model's width
// [n, projection] (architecture.md §4.1).
Status project_features(const kernels::ExecContext& context, const ProjectorWeights& weights,
                        ConstTensorView x, TensorView out);

}  // namespace arges::vision
