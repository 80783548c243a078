// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/sequence_span.h"

namespace arges::kernels {

// Linear attention with a constant decay r = exp(−slope) per head and a state S [D, D] per head
// (key channel × value channel). For each token of a sequence, in order (architecture.md §2.3):
//   S ← r·S + k vᵀ ;  out = Sᵀ q
// The blocked form for long spans uses decays only as exp(−slope·difference), never as a quotient
// of two powers, which would overflow. q, k, v are already activated.
struct LightningAttentionArgs {
  ConstTensorView qkv;                      // [n, heads, 3, D] f32: per head q, then k, then v
  ConstTensorView slopes;                   // [heads] f32
  std::span<const SequenceSpan> sequences;  // rows of each sequence; together exactly [0, n)
  std::span<float* const> states;           // one a sequence: [heads, D, D] f32, read and replaced
  TensorView out;                           // [n, heads, D] f32
};

// INVALID_ARGUMENT for wrong shapes or types, spans that do not cover the rows, a missing state.
// Preconditions, not checked: slopes are finite and > 0; states have [heads, D, D] floats each and
// overlap neither each other nor another argument.
Status lightning_attention(const ExecContext& context, const LightningAttentionArgs& args);

}  // namespace arges::kernels
