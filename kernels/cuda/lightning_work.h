// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning.h"
#include "kernels/cuda/tensor_map.h"

namespace arges::kernels::cuda {

inline constexpr int kChunk = 64;      // tokens worked on at once
inline constexpr int kHalfWidth = 64;  // value channels of one block: a head is cut in two
inline constexpr int kHalves = kHeadWidth / kHalfWidth;
static_assert(kHalves == kSquareParts);
inline constexpr int kStateSize = kHeadWidth * kHeadWidth;

// What the kernels are launched with.
struct PrefillWork {
  TensorMap tensor_map;  // of `rows`
  LightningLayer layer;
  const LightningSpan* spans;
  int span_count;
  int segment_tokens;  // 0: spans are whole
  int max_segments;
  float* segment_states;
  std::uint32_t* progress;  // null: blocks run freely (lightning_lockstep.cuh)
  int lockstep_chunks;
  int items;  // half heads of segments of spans
};

}  // namespace arges::kernels::cuda
