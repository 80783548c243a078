// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/rotary_embedding.h"

#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/shared_memory.cuh"

namespace arges::kernels::cuda {

namespace {

constexpr int kThreads = 128;  // one head's channels

struct Angles {
  float cosine[kHeadWidth / 2];
  float sine[kHeadWidth / 2];
};

// A position times a frequency needs more than fp32's 24 bits; its remainder of a turn does not.
__device__ void turn(const RotaryAppendArgs& args, int position, Angles& angles) {
  const int j = static_cast<int>(threadIdx.x);
  if (j >= args.rotary_dim / 2) return;
  constexpr double kTurn = 6.283185307179586;
  const double angle = static_cast<double>(position) * args.frequencies[j];
  const auto rest = static_cast<float>(angle - kTurn * rint(angle / kTurn));
  sincosf(rest, &angles.sine[j], &angles.cosine[j]);
}

__device__ float rotated(const __nv_bfloat16* head, int channel, int rotary_dim,
                         const Angles& angles) {
  const float x = __bfloat162float(head[channel]);
  if (channel >= rotary_dim) return x;
  const int half = rotary_dim / 2;
  const bool low = channel < half;
  const int j = low ? channel : channel - half;
  const float other = __bfloat162float(head[low ? channel + half : j]);
  return x * angles.cosine[j] + (low ? -other : other) * angles.sine[j];
}

// A block a head of a row: first those of q, then those of keys and values.
__global__ void __launch_bounds__(kThreads)
    rotary_append_kernel(const __grid_constant__ RotaryAppendArgs args) {
  __shared__ Angles angles;
  let_next_kernel_start();
  wait_for_kernel_before();
  const std::int64_t row_index = blockIdx.x;
  const int position = args.positions[row_index];
  if (position < 0) return;
  const int queries = args.kv_heads * kQueriesPerHead;
  const int head = static_cast<int>(blockIdx.y);
  const int channel = static_cast<int>(threadIdx.x);
  auto* row = static_cast<__nv_bfloat16*>(args.rows) + row_index * args.row_stride;
  __nv_bfloat16* from = row + head * kHeadWidth;
  turn(args, position, angles);
  __syncthreads();
  const __nv_bfloat16 value = __float2bfloat16_rn(rotated(from, channel, args.rotary_dim, angles));
  if (head < queries) {
    __syncthreads();  // all have read what is replaced
    from[channel] = value;
    return;
  }
  const int kv_head = head - queries;
  const std::int64_t sequence = args.sequences == nullptr ? row_index : args.sequences[row_index];
  const std::int64_t page = args.page_table[sequence * args.table_stride + position / kPageTokens];
  __nv_bfloat16* to =
      static_cast<__nv_bfloat16*>(args.pages) + page * args.page_stride +
      (static_cast<std::int64_t>(kv_head) * 2 * kPageTokens + position % kPageTokens) * kHeadWidth;
  to[channel] = value;
  to[kPageTokens * kHeadWidth + channel] = from[args.kv_heads * kHeadWidth + channel];
}

}  // namespace

Status rotary_append(const RotaryAppendArgs& args, Stream stream) {
  if (args.rows == nullptr || args.positions == nullptr || args.frequencies == nullptr ||
      args.pages == nullptr || args.page_table == nullptr) {
    return invalid_argument("rotary_append: a pointer is missing");
  }
  if (args.row_count < 1 || args.kv_heads < 1 || args.kv_heads > 4096 || args.rotary_dim < 0 ||
      args.rotary_dim > kHeadWidth || args.rotary_dim % 2 != 0 ||
      args.row_stride <
          static_cast<std::int64_t>(args.kv_heads) * (kQueriesPerHead + 2) * kHeadWidth) {
    return invalid_argument("rotary_append: a size that does not fit");
  }
  LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(args.row_count),
                      static_cast<unsigned>(args.kv_heads * (kQueriesPerHead + 1)));
  shape.threads = kThreads;
  shape.early = args.early && has_early_start();
  return launch_kernel(rotary_append_kernel, shape, args, stream, "launch of rotary_append");
}

}  // namespace arges::kernels::cuda
