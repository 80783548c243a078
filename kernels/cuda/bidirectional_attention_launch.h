// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/bidirectional_attention.h"

namespace arges::kernels::cuda {

// Of a tile whose keys and values fit the shared memory of a block.
inline constexpr int kMostWholeTokens = 640;

// For tiles of at most so many tokens, on compute capability 9.0; arguments have been checked.
Status bidirectional_attention_sm90(const BidirectionalAttentionArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
