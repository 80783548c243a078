// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/lightning_launch.h"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kScanThreads = 256;
constexpr int kAtOnce = 8;  // loads in flight; they do not depend on the running state

// One element of one head of one span over its segments: what a segment added is replaced by what
// it begins with. The last segment's own state is written by the pass that follows.
__global__ void segment_scan_kernel(const __grid_constant__ PrefillWork work) {
  const int element = static_cast<int>(blockIdx.x) * kScanThreads + static_cast<int>(threadIdx.x);
  let_next_kernel_start();
  wait_for_kernel_before();
  const int head = static_cast<int>(blockIdx.y);
  const int span_index = static_cast<int>(blockIdx.z);
  const LightningSpan span = work.spans[span_index];
  const int segments = (span.count + work.segment_tokens - 1) / work.segment_tokens;
  const std::int64_t step = static_cast<std::int64_t>(work.layer.heads) * kStateSize;
  const std::int64_t offset = static_cast<std::int64_t>(head) * kStateSize + element;
  float* states = work.segment_states + span_index * work.max_segments * step + offset;
  const float decay = expf(-work.layer.slopes[head] * static_cast<float>(work.segment_tokens));
  float running =
      span.fresh != 0 ? 0.0f : work.layer.states[span.slot * work.layer.slot_stride + offset];
  for (int first = 0; first < segments; first += kAtOnce) {
    float added[kAtOnce];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) {
      added[i] = first + i < segments - 1 ? states[(first + i) * step] : 0.0f;
    }
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) {
      if (first + i < segments) states[(first + i) * step] = running;
      running = fmaf(decay, running, added[i]);
    }
  }
}

}  // namespace

Status launch_segment_scan(const PrefillWork& work, bool early, Stream stream) {
  LaunchShape shape;
  shape.blocks = dim3(kStateSize / kScanThreads, static_cast<unsigned>(work.layer.heads),
                      static_cast<unsigned>(work.span_count));
  shape.threads = kScanThreads;
  shape.early = early;
  return launch_kernel(segment_scan_kernel, shape, work, stream, "launch of the segment scan");
}

}  // namespace arges::kernels::cuda
