// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// The rows that a step begins with: x[i] = table[source], widened to fp32 (architecture.md §2.1: no
// scale), or a row of a picture's features where the source is negative.
namespace arges::kernels::cuda {

struct EmbedArgs {
  const std::int32_t* sources = nullptr;  // [rows] device: a token's id, or −1 − row of features
  int rows = 0;
  int hidden = 0;                   // a multiple of 8
  const void* table = nullptr;      // bf16 [vocab, hidden]
  const float* features = nullptr;  // [.., hidden]; may be null when no source is negative
  float* x = nullptr;               // [rows, hidden]
};

// INVALID_ARGUMENT for sizes or pointers that do not fit. Sources are not checked: what made the
// step's tables did.
Status embed(const EmbedArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
