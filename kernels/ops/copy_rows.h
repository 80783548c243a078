// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out[to[i]] = in[from[i]] for every i: drops class tokens, packs tiles into one feature map.
// Precondition, not checked: the rows in `to` are all different (threads would write the same row).
struct CopyRowsArgs {
  ConstTensorView in;    // [m, d] f32
  ConstTensorView from;  // [r] i32, each in [0, m)
  ConstTensorView to;    // [r] i32, each in [0, rows of out)
  TensorView out;        // [·, d] f32; rows not named keep their value; must not overlap in
};

}  // namespace arges::kernels
