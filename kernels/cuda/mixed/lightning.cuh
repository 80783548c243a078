// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/cuda/mixed/warp.cuh"
#include "kernels/cuda/plain/lightning.h"

// The recurrence in fp32, token by token, with the state in registers: the decoding step, and
// prompts of a few hundred tokens. A value channel's column of the state knows nothing of the
// others, so a block takes 16 of them, of a head of a sequence; eight neighbouring threads share a
// channel, and no token waits for the whole block. Tokens are brought and activated 16 at a time,
// while those before are worked on.
namespace arges::kernels::mixed {

inline constexpr int kMostWidth = 128;  // of a head
inline constexpr int kChannels = 16;    // value channels of a block
inline constexpr int kSlices = 8;       // threads that share a value channel
inline constexpr int kBlockThreads = kChannels * kSlices;
inline constexpr int kTokens = 16;  // that are brought at once
inline constexpr int kVector = 4;   // key channels that a thread reads at once
static_assert(kTokens % kSlices == 0);

struct Recurrence {
  const StepSpan* spans;
  std::int64_t span_count;
  const float* y;  // [n, heads, 4, width]
  const float* slopes;
  const float* norm;
  float* states;
  std::int64_t layers;
  std::int64_t layer;
  std::int64_t heads;
  std::int64_t width;
  float* o;  // [n, heads, width]
  float* z;  // [n, heads, width]

  __device__ float* state_of(std::int64_t slot, std::int64_t head) const {
    return states + ((slot * layers + layer) * heads + head) * width * width;
  }
};

// The rows of a sequence in a step: its spans follow one another.
struct RowRange {
  int first;
  int count;
};

__device__ inline RowRange rows_of_sequence(const Recurrence& args, std::int64_t span) {
  const std::int32_t slot = args.spans[span].write_slot;
  RowRange rows{args.spans[span].row, 0};
  for (; span < args.span_count && args.spans[span].write_slot == slot; ++span) {
    rows.count = args.spans[span].row + args.spans[span].count - rows.first;
  }
  return rows;
}

// What this block is, and what its thread: slice `slice` of value channel `channel`.
struct Place {
  std::int64_t head = blockIdx.x;
  std::int64_t first_channel = std::int64_t{blockIdx.z} * kChannels;
  int lane = static_cast<int>(threadIdx.x) / kSlices;  // of the block's channels
  int slice = static_cast<int>(threadIdx.x) % kSlices;
  std::int64_t channel = first_channel + lane;
};

// kTokens tokens: SiLU of q and k, padded with zeros to a whole number of vectors for every slice,
// and of the block's channels of v.
template <int kPadded>
struct TokenBatch {
  static constexpr int kColumns = 2 * kPadded + kChannels;
  static constexpr int kLoads = kTokens * kColumns / kBlockThreads;
  static_assert(kTokens * kColumns % kBlockThreads == 0 && kPadded % (kSlices * kVector) == 0);

  float raw[kLoads];  // this thread's part, on its way to shared memory

  __device__ static float value(const Recurrence& args, const Place& place, std::int64_t row,
                                int column) {
    const int part = column < kPadded ? 0 : (column < 2 * kPadded ? 1 : 2);
    const std::int64_t channel = column - part * kPadded + (part == 2 ? place.first_channel : 0);
    if (channel >= args.width) return 0.0f;
    return args.y[((row * args.heads + place.head) * 4 + part) * args.width + channel];
  }
  __device__ void ask(const Recurrence& args, const Place& place, int first, int count) {
#pragma unroll
    for (int i = 0; i < kLoads; ++i) {
      const int at = static_cast<int>(threadIdx.x) + i * kBlockThreads;
      const int token = at / kColumns;
      raw[i] = token < count ? value(args, place, first + token, at % kColumns) : 0.0f;
    }
  }
  __device__ void put(float* memory) const {
#pragma unroll
    for (int i = 0; i < kLoads; ++i) {
      memory[static_cast<int>(threadIdx.x) + i * kBlockThreads] =
          plain::activate(raw[i], Activation::kSilu);
    }
  }
};

// S[k][channel] for a slice's k, in registers: vector i of the slice is vector i · kSlices + slice
// of the keys, so that eight threads read shared memory side by side.
template <int kPadded>
struct Column {
  static constexpr int kVectors = kPadded / (kSlices * kVector);
  float s[kVectors][kVector];

  __device__ static std::int64_t key(int vector, int j, int slice) {
    return (vector * kSlices + slice) * kVector + j;
  }
  __device__ void load(const Recurrence& args, const Place& place, int slot) {
    const bool has = slot >= 0 && place.channel < args.width;
    const float* from = args.state_of(slot < 0 ? 0 : slot, place.head) + place.channel;
#pragma unroll
    for (int i = 0; i < kVectors; ++i) {
#pragma unroll
      for (int j = 0; j < kVector; ++j) {
        const std::int64_t k = key(i, j, place.slice);
        s[i][j] = has && k < args.width ? from[k * args.width] : 0.0f;
      }
    }
  }
  __device__ void store(const Recurrence& args, const Place& place, int slot) const {
    if (place.channel >= args.width) return;
    float* to = args.state_of(slot, place.head) + place.channel;
#pragma unroll
    for (int i = 0; i < kVectors; ++i) {
#pragma unroll
      for (int j = 0; j < kVector; ++j) {
        const std::int64_t k = key(i, j, place.slice);
        if (k < args.width) to[k * args.width] = s[i][j];
      }
    }
  }
  // S ← r·S + k vᵀ and o = Sᵀ q of a token, for all threads of the channel; as
  // plain::RecurrenceBody::step.
  __device__ float step(const float* token, float less_one, const Place& place) {
    const float v = token[2 * kPadded + place.lane];
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < kVectors; ++i) {
      const int at = (i * kSlices + place.slice) * kVector;
      const float4 q = *reinterpret_cast<const float4*>(token + at);
      const float4 k = *reinterpret_cast<const float4*>(token + kPadded + at);
      const float qs[kVector] = {q.x, q.y, q.z, q.w};
      const float ks[kVector] = {k.x, k.y, k.z, k.w};
#pragma unroll
      for (int j = 0; j < kVector; ++j) {
        s[i][j] = fmaf(ks[j], v, fmaf(less_one, s[i][j], s[i][j]));
        sum = fmaf(qs[j], s[i][j], sum);
      }
    }
    for (int step = kSlices / 2; step > 0; step /= 2) {
      sum += __shfl_xor_sync(0xffffffffu, sum, step);
    }
    return sum;
  }
  // Up to kSlices tokens; o of token number `slice`.
  template <bool kAll>
  __device__ float steps(const float* tokens, int count, float less_one, const Place& place) {
    float mine = 0.0f;
#pragma unroll
    for (int t = 0; t < kSlices; ++t) {
      if (!kAll && t >= count) break;
      const float o = step(tokens + t * TokenBatch<kPadded>::kColumns, less_one, place);
      if (t == place.slice) mine = o;
    }
    return mine;
  }
};

// kSlices tokens and what leaves them, each thread for one token of its channel.
template <int kPadded>
__device__ void take_tokens(const Recurrence& args, const Place& place, const float* tokens,
                            int first, int count, float less_one, Column<kPadded>& column) {
  const std::int64_t at = (first + place.slice) * args.heads + place.head;
  const bool writes = place.slice < count && place.channel < args.width;
  const float gate = writes ? args.y[(at * 4 + 3) * args.width + place.channel] : 0.0f;
  const float o = count >= kSlices ? column.template steps<true>(tokens, kSlices, less_one, place)
                                   : column.template steps<false>(tokens, count, less_one, place);
  if (!writes) return;
  args.o[at * args.width + place.channel] = o;
  args.z[at * args.width + place.channel] =
      o * (plain::sigmoid(gate) * args.norm[place.head * args.width + place.channel]);
}

template <int kPadded>
__global__ void __launch_bounds__(kBlockThreads)
    recurrence_kernel(const __grid_constant__ Recurrence args) {
  using Batch = TokenBatch<kPadded>;
  alignas(16) __shared__ float memory[2][kTokens * Batch::kColumns];
  const std::int64_t span = blockIdx.y;
  const std::int32_t slot = args.spans[span].write_slot;
  // The first span's block runs them all.
  if (span > 0 && args.spans[span - 1].write_slot == slot) return;
  const RowRange rows = rows_of_sequence(args, span);
  const Place place;
  const float less_one = expm1f(-args.slopes[place.head]);
  Batch batch;
  batch.ask(args, place, rows.first, rows.count);
  Column<kPadded> column;
  column.load(args, place, args.spans[span].read_slot);
  batch.put(memory[0]);
  __syncthreads();
  int side = 0;
  for (int done = 0; done < rows.count; done += kTokens) {
    const int next = done + kTokens;
    if (next < rows.count) batch.ask(args, place, rows.first + next, rows.count - next);
    for (int t = 0; t < kTokens && done + t < rows.count; t += kSlices) {
      take_tokens(args, place, memory[side] + t * Batch::kColumns, rows.first + done + t,
                  rows.count - done - t, less_one, column);
    }
    side ^= 1;
    if (next < rows.count) batch.put(memory[side]);
    __syncthreads();
  }
  column.store(args, place, slot);
}

inline Status recurrence(const CudaExecutor& executor, const Recurrence& args) {
  cuda::LaunchShape shape;
  shape.blocks = dim3(static_cast<unsigned>(args.heads), static_cast<unsigned>(args.span_count),
                      static_cast<unsigned>((args.width + kChannels - 1) / kChannels));
  shape.threads = kBlockThreads;
  const char* what = "launch of lightning attention";
  if (args.width <= 64) {
    return cuda::launch_kernel(recurrence_kernel<64>, shape, args, executor.stream, what);
  }
  return cuda::launch_kernel(recurrence_kernel<kMostWidth>, shape, args, executor.stream, what);
}

inline Status lightning(const CudaExecutor& executor, const ExecContext& context,
                        const LightningArgs& args) {
  const std::int64_t rows = args.y.shape[0];
  const std::int64_t heads = args.y.shape[1];
  const std::int64_t width = args.y.shape[3];
  if (rows == 0) return {};
  if (width > kMostWidth) return plain::lightning(executor, context, args);
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView o, context.workspace->allocate({rows, heads, width}));
  ARGES_RETURN_IF_ERROR(recurrence(
      executor, {static_cast<const StepSpan*>(args.spans.data), args.spans.shape[0], args.y.f32(),
                 args.slopes.f32(), args.norm.f32(), args.states.f32(), args.states.shape[1],
                 args.layer, heads, width, o.f32(), args.z.f32()}));
  return each_warp(executor, rows, Squares{o.f32(), heads * width, args.squares.f32()});
}

}  // namespace arges::kernels::mixed
