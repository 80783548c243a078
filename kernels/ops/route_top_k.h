// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// For every row, the k experts with the largest router logits, best first, ties to the lower
// index, and the softmax over these k logits in fp32, which equals the renormalised softmax over
// all (architecture.md §2.6). A NaN logit ranks below every number; weights are always finite.
struct RouteTopKArgs {
  ConstTensorView logits;  // [n, experts] f32
  TensorView expert_ids;   // [n, k] i32
  TensorView weights;      // [n, k] f32
};

Status route_top_k(const ExecContext& context, const RouteTopKArgs& args);

}  // namespace arges::kernels
