// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/status.h"
#include "kernels/cuda/decode_attention.h"

// Causal softmax attention of many new tokens of a few sequences over their pages of keys and
// values, which hold the new tokens' already:
//   z_i = Σ_{j <= past + i} softmax_j(q_i·k_j / √128) v_j
// for heads of 128 channels, 8 query heads to a head of keys and values. Compute capability 9.0.
namespace arges::kernels::cuda {

// As the step's tables hold them on the device; count 0 is padding.
struct AttentionSpan {
  std::int32_t begin = 0;     // first row of q
  std::int32_t count = 0;     // rows
  std::int32_t past = 0;      // tokens before them
  std::int32_t sequence = 0;  // row of the page table
};

struct CausalAttentionArgs {
  const void* q = nullptr;  // bf16 [row_count, q_stride], query head h at 128·h; rotated already
  std::int64_t row_count = 0;
  std::int64_t q_stride = 0;     // in elements, a multiple of 8
  const void* pages = nullptr;   // as decode_attention's
  std::int64_t page_count = 0;   // pages that may be read
  std::int64_t page_stride = 0;  // elements from one page to the next, a multiple of 128
  const std::int32_t* page_table = nullptr;  // [sequences, table_stride] device
  std::int64_t table_stride = 0;
  const AttentionSpan* spans = nullptr;  // device
  int span_count = 0;                    // entries, padding included
  int max_rows = 0;                      // no span has more
  int kv_heads = 0;
  void* z = nullptr;          // bf16 [row_count, z_stride], query head h at 128·h
  std::int64_t z_stride = 0;  // in elements, a multiple of 8
};

// An attention whose launch is laid out: may be run any number of times, also inside a capture.
class CausalAttention {
 public:
  // INVALID_ARGUMENT for sizes that do not fit, UNSUPPORTED on other cards.
  static Result<CausalAttention> create(const CausalAttentionArgs& args);
  Status run(Stream stream) const;

 private:
  struct Launch;
  explicit CausalAttention(std::shared_ptr<const Launch> launch) : launch_(std::move(launch)) {}
  std::shared_ptr<const Launch> launch_;
};

}  // namespace arges::kernels::cuda
