// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// out[i] = table[ids[i]], widened to fp32 (architecture.md §2.1: no scale).
struct EmbeddingArgs {
  ConstTensorView ids;    // [n] i32, each in [0, vocab)
  ConstTensorView table;  // [vocab, hidden] f32, bf16 or f16
  TensorView out;         // [n, hidden] f32
};

// INVALID_ARGUMENT for wrong shapes or types, and for an id outside the table.
Status embedding(const ExecContext& context, const EmbeddingArgs& args);

}  // namespace arges::kernels
