// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// Softmax attention of every token of a picture's tile over all tokens of its own tile, for heads
// of 64 channels (architecture.md §4.1): z_i = Σ_j softmax_j(scale · q_i·k_j) v_j. Softmax in fp32.
// A tile's bits do not depend on the others, but for tiles of up to 640 tokens on compute
// capability 9.0 on whether there are enough of them for the kernel that these have of their own.
namespace arges::kernels::cuda {

inline constexpr int kVisionHeadWidth = 64;

// kWhole: a block has all keys of a head of a tile; up to 640 tokens, compute capability 9.0.
enum class VisionPath { kChosen, kWhole, kPortable };

struct BidirectionalAttentionArgs {
  const void* rows = nullptr;   // bf16 [tiles · tokens, row_stride], head h of each part at 64·h
  std::int64_t row_stride = 0;  // in elements, a multiple of 8
  std::int64_t q_column = 0;    // first columns of the parts, multiples of 8
  std::int64_t k_column = 0;
  std::int64_t v_column = 0;
  int tiles = 0;   // at most 65535
  int tokens = 0;  // of a tile
  int heads = 0;   // at most 65535
  float scale = 1.0f;
  void* z = nullptr;          // bf16 [tiles · tokens, z_stride], head h at 64·h
  std::int64_t z_stride = 0;  // in elements, even
  bool early = true;          // on 9.0: may start before the kernel ahead ends, if that lets it
  VisionPath path = VisionPath::kChosen;
};

// INVALID_ARGUMENT for sizes or pointers that do not fit, or a path that cannot take them.
Status bidirectional_attention(const BidirectionalAttentionArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
