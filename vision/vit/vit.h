// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "kernels/base/tensor_view.h"
#include "vision/vit/config.h"
#include "vision/vit/weights.h"

namespace arges::vision {

// The CLIP-shaped encoder up to the last hidden state, without a final norm (architecture.md
// §4.1). pixels [tiles, channels, side, side] f32, normalised; out [tiles, 1 + patches, hidden]
// f32, the class token first in every tile. Tiles do not influence each other. `stop` is asked
// before every layer.
Status vit_forward(const kernels::ExecContext& context, const VitConfig& config,
                   const VitWeights& weights, ConstTensorView pixels, const StopCheck& stop,
                   TensorView out);

}  // namespace arges::vision
