// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/tensor_view.h"
#include "kernels/ops/step_span.h"

namespace arges::kernels {

// Tokens whose keys lie side by side in a page, so that one vector load brings a channel of
// several.
constexpr std::int64_t kKeyPanel = 16;

// Keys and values of all sequences and softmax layers. Token t of a sequence lies in its page
// t / page_tokens. Per layer a page is 2 · kv_heads · page_tokens · D floats: the keys in panels of
// kKeyPanel tokens, [kv_heads, page_tokens / kKeyPanel, D, kKeyPanel]; then the values,
// [kv_heads, page_tokens, D]. Whole pages may be copied as they are.
struct KvPool {
  TensorView data;               // [pages, layers, floats of a page and layer] f32
  std::int64_t page_tokens = 0;  // a multiple of kKeyPanel
};

// Rotary positions (architecture.md §2.5): the first `dim` channels of a head are rotated in
// half-split pairs (j, j + dim/2) by the angle position · theta^(−2j/dim); the rest pass through.
struct Rotary {
  std::int64_t dim = 0;  // even, <= D
  double theta = 10000.0;
};

// Softmax attention of every new token over its sequence's cache, itself included, grouped heads:
// query head h reads kv head h / (heads / kv_heads) (architecture.md §2.5). Queries and keys are
// rotated first, then the new keys and values are stored. Softmax in fp32.
struct CausalArgs {
  TensorView y;                // [n, kv_heads, heads / kv_heads + 2, D] f32: per kv head its query
                               // heads, its key, its value; left rotated
  ConstTensorView positions;   // [n] i32, >= 0
  ConstTensorView spans;       // [·, 6] i32, StepSpan; together exactly [0, n)
  ConstTensorView page_table;  // [·] i32, page numbers; a span's begin at its first_page
  KvPool pool;
  std::int64_t layer = 0;  // of the pool's
  Rotary rotary;
  float scale = 1.0f;  // applied to q·k
  TensorView z;        // [n, heads, D] f32; must not overlap y
};

}  // namespace arges::kernels
