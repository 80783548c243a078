// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out[to[i]] = in[from[i]] for every i: drops class tokens, packs tiles into one feature map, puts
// picture features among word embeddings, selects the rows that need logits.
struct CopyRowsArgs {
  ConstTensorView in;    // [m, d] f32
  ConstTensorView from;  // [r] i32, each in [0, m)
  ConstTensorView to;    // [r] i32, each in [0, rows of out)
  TensorView out;        // [·, d] f32; rows not named keep their value; must not overlap in
};

// INVALID_ARGUMENT for wrong shapes or types, and for an index outside its tensor.
// Precondition, not checked: the rows in `to` are all different (threads would write the same row).
Status copy_rows(const ExecContext& context, const CopyRowsArgs& args);

}  // namespace arges::kernels
