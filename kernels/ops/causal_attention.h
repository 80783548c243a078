// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/sequence_span.h"

namespace arges::kernels {

// Tokens whose keys lie side by side in a page, so that one vector load brings a channel of
// several.
constexpr std::int64_t kKeyPanel = 16;

// One sequence's key/value cache for one layer: pages of a fixed number of tokens, each of
// 2 · kv_heads · page_tokens · D floats. Token t lies in page t / page_tokens. Keys come first, in
// panels of kKeyPanel tokens, [kv_heads, page_tokens / kKeyPanel, D, kKeyPanel]; then the values,
// [kv_heads, page_tokens, D]. Whole pages may be copied and written out as they are.
struct KvPages {
  std::span<float* const> pages;  // enough for length + the new tokens
  std::int64_t page_tokens = 0;   // a multiple of kKeyPanel
  std::int64_t length = 0;        // tokens stored before this call
};

// Softmax attention of every new token over its sequence's cache, itself included, grouped heads:
// query head h reads kv head h / (heads / kv_heads). The new keys and values are stored first.
// Softmax in fp32 (architecture.md §2.5).
struct CausalAttentionArgs {
  ConstTensorView q;                        // [n, heads, D] f32, rotated
  ConstTensorView k;                        // [n, kv_heads, D] f32, rotated
  ConstTensorView v;                        // [n, kv_heads, D] f32
  std::span<const SequenceSpan> sequences;  // rows of each sequence; together exactly [0, n)
  std::span<const KvPages> caches;          // one a sequence
  float scale = 1.0f;                       // applied to q·k
  TensorView out;                           // [n, heads, D] f32
};

// INVALID_ARGUMENT for wrong shapes or types, spans that do not cover the rows, too few pages.
// Preconditions, not checked: pages have the size above; those that get new tokens belong to one
// cache only; out overlaps neither k, v nor a page.
Status causal_attention(const ExecContext& context, const CausalAttentionArgs& args);

}  // namespace arges::kernels
