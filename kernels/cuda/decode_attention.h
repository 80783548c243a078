// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// Causal softmax attention of one new token a sequence over its pages of keys and values:
//   z = Σ_j softmax_j(q·k_j / √128) v_j
// for heads of 128 channels, 8 query heads to a head of keys and values. Keys are cut into parts of
// kPartTokens that begin at fixed positions, whatever the batch: a sequence's bits are its own.
namespace arges::kernels::cuda {

inline constexpr int kPageTokens = 64;
inline constexpr int kPartTokens = 1024;
inline constexpr int kQueriesPerHead = 8;  // query heads that share keys and values

struct DecodeAttentionArgs {
  const void* q = nullptr;    // bf16 [sequences, q_stride], query head h at 128·h; rotated already
  std::int64_t q_stride = 0;  // in elements, a multiple of 8
  const void* pages = nullptr;   // bf16; a page of this layer: [kv_heads][k, v][kPageTokens][128]
  std::int64_t page_stride = 0;  // elements from one page to the next, a multiple of 8
  const std::int32_t* page_table = nullptr;  // [sequences, table_stride] device
  std::int64_t table_stride = 0;
  const std::int32_t* lengths = nullptr;  // [sequences] device; 0: padding, z is set to zeros
  int sequences = 0;
  int kv_heads = 0;
  int max_tokens = 0;         // no length is more (a bucket's bound)
  float* scratch = nullptr;   // decode_attention_scratch_floats(…)
  void* z = nullptr;          // bf16 [sequences, z_stride], query head h at 128·h
  std::int64_t z_stride = 0;  // in elements, a multiple of 8
};

std::int64_t decode_attention_scratch_floats(int sequences, int kv_heads, int max_tokens);

// INVALID_ARGUMENT for sizes that do not fit; nothing is read on the host.
Status decode_attention(const DecodeAttentionArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
