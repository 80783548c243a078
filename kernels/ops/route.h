// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/norm_linear.h"

namespace arges::kernels {

// Which experts serve which rows; stays on the device. A pair is one (row, slot), numbered
// row · k + slot.
struct Routing {
  TensorView ids;      // [n, k] i32, best first
  TensorView weights;  // [n, k] f32
  TensorView order;    // [n · k] i32: the pairs sorted by expert, ascending within one
  TensorView offsets;  // [experts + 1] i32: expert e has order[offsets[e], offsets[e + 1])
};

// m = norm(x); for every row the k experts with the largest router logits W m, best first, ties to
// the lower index, and the softmax over these k logits in fp32, which equals the renormalised
// softmax over all (architecture.md §2.6). A NaN logit ranks below every number; weights are always
// finite.
struct RouteArgs {
  ConstTensorView x;  // [n, width] f32
  RmsNorm norm;
  const Matrix* router = nullptr;  // [experts, width]
  TensorView m;                    // [n, width] f32; must not overlap x
  TensorView inverse_rms;          // [n] f32, as norm_linear's
  Routing routing;
};

}  // namespace arges::kernels
