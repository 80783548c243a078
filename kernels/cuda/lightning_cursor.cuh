// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/lightning_work.h"

namespace arges::kernels::cuda {

// One half head of one segment of one span. The two halves are neighbours, so that they run at the
// same time and the second finds q and k in the L2 cache.
struct WorkItem {
  int first_row;
  int tokens;  // 0: nothing to do
  int head;
  int half;
  int entry;  // of segment_states
  int slot;
  bool fresh;
  bool last;  // of its span

  __device__ WorkItem(const PrefillWork& work, int index) {
    half = index % kHalves;
    head = index / kHalves % work.layer.heads;
    entry = index / kHalves / work.layer.heads;
    const LightningSpan span = work.spans[entry / work.max_segments];
    const int segment = entry % work.max_segments;
    const int begin = segment * work.segment_tokens;
    const int left = span.count - begin;
    last = work.segment_tokens == 0 || left <= work.segment_tokens;
    tokens = max(last ? left : work.segment_tokens, 0);
    first_row = span.begin + begin;
    slot = span.slot;
    fresh = span.fresh != 0;
  }
};

// What a segment adds to a state comes from its last tokens alone, up to where a token's weight
// falls below e^(−17) < 2^−24 of the last one's: steep heads need not read the rest.
__device__ inline void keep_what_is_remembered(WorkItem& item, float slope) {
  constexpr float kForgotten = 17.0f;
  const float reach = fminf(ceilf(kForgotten / slope), static_cast<float>(item.tokens));
  const int kept = min((static_cast<int>(reach) + kChunk - 1) / kChunk * kChunk, item.tokens);
  item.first_row += item.tokens - kept;
  item.tokens = kept;
}

// The items of this block, in order, cut into chunks: every group of warps walks over the same
// ones.
template <bool kStatesOnly>
class Cursor {
 public:
  __device__ explicit Cursor(const PrefillWork& work)
      : index_(static_cast<int>(blockIdx.x)), item(work, min(index_, work.items - 1)) {
    skip_empty(work);
    shorten(work);
  }

  __device__ bool done(const PrefillWork& work) const { return index_ >= work.items; }
  __device__ void next_item(const PrefillWork& work) {
    advance(work);
    skip_empty(work);
    shorten(work);
  }
  __device__ void next_chunk(const PrefillWork& work) {
    chunk += kChunk;
    if (chunk >= item.tokens) next_item(work);
  }

 private:
  int index_;

 public:
  WorkItem item;
  int chunk = 0;  // first token of the chunk within the item

 private:
  __device__ void advance(const PrefillWork& work) {
    index_ += static_cast<int>(gridDim.x);
    chunk = 0;
    if (index_ < work.items) item = WorkItem(work, index_);
  }
  __device__ void shorten(const PrefillWork& work) {
    if constexpr (kStatesOnly) {
      if (!done(work)) keep_what_is_remembered(item, work.layer.slopes[item.head]);
    }
  }
  // A last segment's state is computed with its output, so the pass over states leaves it out.
  __device__ bool empty() const { return item.tokens == 0 || (kStatesOnly && item.last); }
  __device__ void skip_empty(const PrefillWork& work) {
    while (!done(work) && empty()) advance(work);
  }
};

}  // namespace arges::kernels::cuda
