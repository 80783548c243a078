// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/decode_attention.h"

// Between the product and the attention: rotates q in place (the first rotary_dim channels of a
// head, half-split pairs j, j + rotary_dim/2, by position · theta^(−2j/rotary_dim)), and appends
// the rotated k and v as token `position` of the row's sequence. A decode step has a row a
// sequence, a prompt many.
namespace arges::kernels::cuda {

struct RotaryAppendArgs {
  void* rows = nullptr;  // bf16 [row_count, row_stride]: q of all heads | k | v of kv_heads
  std::int64_t row_stride = 0;
  const std::int32_t* positions = nullptr;  // [row_count] device; < 0: padding
  // [row_count] device: a row's row of the page table; null: row i has row i.
  const std::int32_t* sequences = nullptr;
  const double* frequencies = nullptr;  // [rotary_dim / 2] device: theta^(−2j/rotary_dim)
  int rotary_dim = 0;                   // even, at most 128
  void* pages = nullptr;                // as decode_attention's
  std::int64_t page_stride = 0;
  const std::int32_t* page_table = nullptr;
  std::int64_t table_stride = 0;
  int row_count = 0;
  int kv_heads = 0;
  bool early = true;
};

Status rotary_append(const RotaryAppendArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
