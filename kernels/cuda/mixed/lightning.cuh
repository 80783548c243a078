// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/mixed/warp.cuh"
#include "kernels/cuda/plain/lightning.h"

// The recurrence in fp32, token by token, with the state in registers: a block for a head of a
// sequence, a thread for a value channel and every kSlices-th key channel. It is the decoding step,
// and prompts of a few hundred tokens.
namespace arges::kernels::mixed {

inline constexpr int kMostWidth = 128;  // of a head
inline constexpr int kSlices = 8;       // threads that share a value channel

// A sequence's q, k, v of one token, and the parts of o.
struct TokenMemory {
  float q[kMostWidth];
  float k[kMostWidth];
  float v[kMostWidth];
  float o[kSlices][kMostWidth];
};

// S[k][channel] for k = slice, slice + kSlices, …, in registers.
template <int kPerThread>
struct Column {
  float s[kPerThread];

  __device__ void load(const plain::RecurrenceBody& args, const StepSpan& span, std::int64_t head,
                       int channel, int slice) {
    if (span.read_slot < 0) {
#pragma unroll
      for (float& value : s) value = 0.0f;
      return;
    }
    const float* from = args.state_of(span.read_slot, head) + channel;
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
      const int k = slice + i * kSlices;
      s[i] = k < args.width ? from[k * args.width] : 0.0f;
    }
  }
  __device__ void store(const plain::RecurrenceBody& args, int slot, std::int64_t head, int channel,
                        int slice) const {
    float* to = args.state_of(slot, head) + channel;
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
      const int k = slice + i * kSlices;
      if (k < args.width) to[k * args.width] = s[i];
    }
  }
  // As plain::RecurrenceBody::step.
  __device__ float step(const TokenMemory& token, float less_one, float v, int slice) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
      const int k = slice + i * kSlices;
      s[i] = fmaf(token.k[k], v, fmaf(less_one, s[i], s[i]));
      sum = fmaf(token.q[k], s[i], sum);
    }
    return sum;
  }
};

template <int kPerThread>
__global__ void __launch_bounds__(kMostWidth* kSlices)
    recurrence_kernel(const __grid_constant__ plain::RecurrenceBody args) {
  __shared__ TokenMemory token;
  const int width = static_cast<int>(args.width);
  const int thread = static_cast<int>(threadIdx.x);
  const int channel = thread % width;
  const int slice = thread / width;
  const std::int64_t head = blockIdx.x;
  std::int64_t span = blockIdx.y;
  // Spans of a sequence follow one another; the first one's block runs them all.
  const std::int32_t slot = args.spans[span].write_slot;
  if (span > 0 && args.spans[span - 1].write_slot == slot) return;
  for (int c = thread; c < kMostWidth; c += width * kSlices) {  // beyond the width: zeros
    token.q[c] = 0.0f;
    token.k[c] = 0.0f;
  }
  Column<kPerThread> column;
  column.load(args, args.spans[span], head, channel, slice);
  const float less_one = expm1f(-args.slopes[head]);
  for (; span < args.span_count && args.spans[span].write_slot == slot; ++span) {
    const int first = args.spans[span].row;
    for (int row = first; row < first + args.spans[span].count; ++row) {
      const std::int64_t at = row * args.heads + head;
      __syncthreads();
      if (slice < 3) {  // q, k and v lie in the order of the memory
        float* to = slice == 0 ? token.q : (slice == 1 ? token.k : token.v);
        to[channel] = args.qkv[(at * 3 + slice) * width + channel];
      }
      __syncthreads();
      token.o[slice][channel] = column.step(token, less_one, token.v[channel], slice);
      __syncthreads();
      if (slice != 0) continue;
      float sum = 0.0f;
      for (int part = 0; part < kSlices; ++part) sum += token.o[part][channel];
      args.o[at * width + channel] = sum;
    }
  }
  column.store(args, slot, head, channel, slice);
}

inline Status recurrence(const CudaExecutor& executor, const plain::RecurrenceBody& args) {
  cuda::LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(args.heads), static_cast<unsigned>(args.span_count));
  shape.threads = static_cast<unsigned>(args.width * kSlices);
  const char* what = "launch of lightning attention";
  if (args.width <= 64) {
    return cuda::launch_kernel(recurrence_kernel<64 / kSlices>, shape, args, executor.stream, what);
  }
  return cuda::launch_kernel(recurrence_kernel<kMostWidth / kSlices>, shape, args, executor.stream,
                             what);
}

inline Status lightning(const CudaExecutor& executor, const ExecContext& context,
                        const LightningArgs& args) {
  const std::int64_t rows = args.y.shape[0];
  const std::int64_t heads = args.y.shape[1];
  const std::int64_t width = args.y.shape[3];
  const std::int64_t spans = args.spans.shape[0];
  if (rows == 0) return {};
  if (width > kMostWidth) return plain::lightning(executor, context, args);
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView qkv,
                         context.workspace->allocate({rows, heads, 3 * width}));
  ARGES_ASSIGN_OR_RETURN(const TensorView o, context.workspace->allocate({rows, heads, width}));
  ARGES_RETURN_IF_ERROR(
      executor.each(qkv.shape.count(), plain::ActivateBody{args.y.f32(), width, qkv.f32()}));
  ARGES_RETURN_IF_ERROR(recurrence(
      executor, {static_cast<const StepSpan*>(args.spans.data), spans, qkv.f32(), args.slopes.f32(),
                 args.states.f32(), args.states.shape[1], args.layer, heads, width, o.f32()}));
  ARGES_RETURN_IF_ERROR(
      each_warp(executor, rows, Squares{o.f32(), heads * width, args.squares.f32()}));
  return executor.each(
      o.shape.count(),
      plain::OutputGateBody{o.f32(), args.y.f32(), args.norm.f32(), heads, width, args.z.f32()});
}

}  // namespace arges::kernels::mixed
