// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/causal_attention.h"
#include "kernels/cuda/tensor_map.h"

namespace arges::kernels::cuda {

inline constexpr int kQueryTile = 128;  // rows of a block
inline constexpr int kKeyTile = 128;    // keys at once: two pages

struct CausalWork {
  TensorMap queries;
  TensorMap pages;  // rows of 128: of a page, a head, keys or values
  CausalAttentionArgs args;
};

Status launch_causal_attention_sm90(const CausalWork& work, Stream stream);

}  // namespace arges::kernels::cuda
