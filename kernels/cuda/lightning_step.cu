// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/layer_check.h"
#include "kernels/cuda/lightning_work.h"

namespace arges::kernels::cuda {

namespace {

// A block owns 64 value channels of one head of one sequence, as in the prefill: 32 KiB of state,
// which each of 256 threads holds as 8 times 16 bytes (4 channels of every 16th row) between the
// one read and the one write. All reads are asked for before anything is computed.
constexpr int kStepThreads = 256;
constexpr int kRowsAtOnce = kStepThreads * 4 / kHalfWidth;  // 16
constexpr int kReads = kHeadWidth / kRowsAtOnce;            // 8
constexpr int kStepWarps = kStepThreads / 32;

struct StepWork {
  LightningLayer layer;
  const std::int32_t* slots;
};

struct StepMemory {
  float q[kHeadWidth];
  float k[kHeadWidth];
  float v[kHalfWidth];
  float sums[kStepWarps][kHalfWidth];
};

__device__ const __nv_bfloat16* row_of(const LightningLayer& layer, std::int64_t row) {
  return static_cast<const __nv_bfloat16*>(layer.rows) + row * layer.row_stride;
}

__device__ float activated(const StepWork& work, __nv_bfloat16 x) {
  const float value = __bfloat162float(x);
  return work.layer.silu == SiluForm::kDone ? value : silu(value);
}
__device__ float opened(const StepWork& work, __nv_bfloat16 gate) {
  const float value = __bfloat162float(gate);
  return work.layer.silu == SiluForm::kDone ? value : sigmoid(value);
}

// Three quarters of the block: q, k and half of v.
__device__ void activate(const StepWork& work, int head, int half, std::int64_t row,
                         StepMemory& memory) {
  const int i = static_cast<int>(threadIdx.x);
  const __nv_bfloat16* qkv = row_of(work.layer, row) + head * 3 * kHeadWidth;
  if (i < kHeadWidth) {
    memory.q[i] = activated(work, qkv[i]);
    if (i < kHalfWidth) {
      memory.v[i] = activated(work, qkv[2 * kHeadWidth + half * kHalfWidth + i]);
    }
  } else {
    memory.k[i - kHeadWidth] = activated(work, qkv[i]);
  }
}

// o of the block's channels from the warps' sums, in order; z and Σo² of it. The first two warps.
__device__ void finish(const StepWork& work, int head, int half, std::int64_t row,
                       const StepMemory& memory, float (&squares)[2]) {
  const LightningLayer& layer = work.layer;
  const int channel = static_cast<int>(threadIdx.x);
  float o = 0.0f;
  for (int warp = 0; warp < kStepWarps; ++warp) o += memory.sums[warp][channel];
  float square = o * o;
#pragma unroll
  for (int step = 16; step > 0; step /= 2) square += __shfl_xor_sync(0xffffffffu, square, step);
  if (channel % 32 == 0) squares[channel / 32] = square;
  const int column = head * kHeadWidth + half * kHalfWidth + channel;
  if (layer.gate_column >= 0) {
    o *= opened(work, row_of(layer, row)[layer.gate_column + column]) * layer.norm[column];
  }
  static_cast<__nv_bfloat16*>(layer.z)[row * layer.z_stride + column] = __float2bfloat16_rn(o);
}

// State ← decay · state + k vᵀ and this thread's part of q · state.
__device__ float4 update(float4& s, float decay, float k, float q, const float4& v, float4 sum) {
  s.x = fmaf(k, v.x, decay * s.x);
  s.y = fmaf(k, v.y, decay * s.y);
  s.z = fmaf(k, v.z, decay * s.z);
  s.w = fmaf(k, v.w, decay * s.w);
  return {fmaf(q, s.x, sum.x), fmaf(q, s.y, sum.y), fmaf(q, s.z, sum.z), fmaf(q, s.w, sum.w)};
}

__device__ float plus_other_half_warp(float x) {
  return x + __shfl_xor_sync(0xffffffffu, x, 16);
}

__global__ void __launch_bounds__(kStepThreads)
    lightning_step_kernel(const __grid_constant__ StepWork work) {
  __shared__ StepMemory memory;
  __shared__ float squares[2];
  const int half = static_cast<int>(blockIdx.x) % kHalves;
  const int head = static_cast<int>(blockIdx.x) / kHalves;
  const std::int64_t row = blockIdx.y;
  const int slot = work.slots[row];
  if (slot < 0) return;
  const int thread = static_cast<int>(threadIdx.x);
  const int first_row = thread / (kHalfWidth / 4);
  const int channel = thread % (kHalfWidth / 4) * 4;
  float4* states = reinterpret_cast<float4*>(work.layer.states + slot * work.layer.slot_stride +
                                             static_cast<std::int64_t>(head) * kStateSize +
                                             first_row * kHeadWidth + half * kHalfWidth + channel);
  constexpr int kStep = kRowsAtOnce * kHeadWidth / 4;  // in float4
  float4 state[kReads];
#pragma unroll
  for (int i = 0; i < kReads; ++i) state[i] = __ldcs(states + i * kStep);
  const float decay = __expf(-work.layer.slopes[head]);

  activate(work, head, half, row, memory);
  __syncthreads();
  const float4 v = *reinterpret_cast<const float4*>(memory.v + channel);
  float4 sum{};
#pragma unroll
  for (int i = 0; i < kReads; ++i) {
    const int key = first_row + i * kRowsAtOnce;
    sum = update(state[i], decay, memory.k[key], memory.q[key], v, sum);
    __stcs(states + i * kStep, state[i]);
  }
  sum = {plus_other_half_warp(sum.x), plus_other_half_warp(sum.y), plus_other_half_warp(sum.z),
         plus_other_half_warp(sum.w)};
  if (thread % 32 < 16) *reinterpret_cast<float4*>(&memory.sums[thread / 32][channel]) = sum;
  __syncthreads();
  if (thread < kHalfWidth) finish(work, head, half, row, memory, squares);
  if (work.layer.square_sums == nullptr) return;
  __syncthreads();
  if (thread == 0) {
    work.layer.square_sums[(head * kSquareParts + half) * work.layer.row_count + row] =
        squares[0] + squares[1];
  }
}

__global__ void sum_square_parts_kernel(const float* square_sums, int parts, std::int64_t rows,
                                        float* totals) {
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float total = 0.0f;
  for (int part = 0; part < parts; ++part) total += square_sums[part * rows + row];
  totals[row] = total;
}

}  // namespace

Status lightning_step(const LightningStepArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check_layer(args.layer));
  constexpr int kMaxRows = 65535;  // of a grid's second dimension
  if (args.slots == nullptr || args.layer.row_count > kMaxRows) {
    return invalid_argument("lightning step: no slots, or more than 65535 sequences");
  }
  const dim3 blocks(static_cast<unsigned>(args.layer.heads * kHalves),
                    static_cast<unsigned>(args.layer.row_count));
  lightning_step_kernel<<<blocks, kStepThreads, 0, stream>>>({args.layer, args.slots});
  return to_status(cudaGetLastError(), "launch of lightning step");
}

Status sum_square_parts(const float* square_sums, int parts, std::int64_t rows, float* totals,
                        Stream stream) {
  constexpr int kThreads = 64;
  if (square_sums == nullptr || totals == nullptr || rows < 1) {
    return invalid_argument("sum of squares: a pointer is missing, or no rows");
  }
  sum_square_parts_kernel<<<static_cast<unsigned>((rows + kThreads - 1) / kThreads), kThreads, 0,
                            stream>>>(square_sums, parts, rows, totals);
  return to_status(cudaGetLastError(), "launch of the sum of squares");
}

}  // namespace arges::kernels::cuda
