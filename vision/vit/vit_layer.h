// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "vision/vit/config.h"
#include "vision/vit/weights.h"

namespace arges::vision {

// One pre-norm encoder layer, in place on x [tiles, tokens, hidden] f32 (architecture.md §4.1):
//   x += attention(norm1(x)) ;  x += fc2(gelu(fc1(norm2(x)))).
Status vit_layer(const kernels::ExecContext& context, const VitConfig& config,
                 const VitLayerWeights& weights, TensorView x);

}  // namespace arges::vision
