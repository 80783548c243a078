// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/config.h"
#include "language/model/weights.h"

namespace arges::language {

// out = Σ over the chosen experts of weight · expert(x), routed in fp32 (architecture.md §2.6).
// x and out [n, hidden] f32.
Status moe_block(const kernels::ExecContext& context, const DecoderConfig& config,
                 const MoeWeights& weights, ConstTensorView x, TensorView out);

}  // namespace arges::language
